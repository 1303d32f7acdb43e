//! The one table of codes. A code is stable for ever: clients switch on it, and `/docs/errors/<code>` explains it.

/// Declares the table: variant, code, HTTP status, Vietnamese and English text.
macro_rules! codes {
    ($($Variant:ident = $code:literal, $status:literal, $vi:literal, $en:literal;)+) => {
        /// A refusal's stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each row carries its own text")]
        pub enum Code { $($Variant),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$Variant),+];

            /// The code as clients see it.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$Variant => $code),+ } }

            /// The HTTP status it is answered with.
            pub const fn status(self) -> u16 { match self { $(Self::$Variant => $status),+ } }

            /// What it means, in Vietnamese.
            pub const fn vi(self) -> &'static str { match self { $(Self::$Variant => $vi),+ } }

            /// What it means, in English.
            pub const fn en(self) -> &'static str { match self { $(Self::$Variant => $en),+ } }

            /// The variant's name in this source: what the test for dead codes looks for.
            pub const fn name(self) -> &'static str { match self { $(Self::$Variant => stringify!($Variant)),+ } }
        }
    };
}

codes! {
    // The request itself.
    BadJson = "request.bad_json", 400, "Nội dung gửi lên không phải JSON hợp lệ.", "The body is not valid JSON.";
    BadQuery = "request.bad_query", 400, "Tham số trên đường dẫn không đúng.", "The query parameters are not as documented.";
    BadCursor = "request.bad_cursor", 400, "Con trỏ trang không đúng; hãy lấy lại từ trang đầu.", "This cursor is not one of ours; start again from the first page.";
    BadHeader = "request.bad_header", 400, "Một tiêu đề HTTP không đúng định dạng.", "A header is not as documented.";
    BadRequest = "request.malformed", 400, "Yêu cầu không đọc được.", "The request could not be read.";
    NotFound = "request.not_found", 404, "Không tìm thấy.", "Not found.";
    MethodNotAllowed = "request.method_not_allowed", 405, "Địa chỉ này không nhận phương thức đó.", "This address does not take that method.";
    TooLarge = "request.too_large", 413, "Nội dung gửi lên quá lớn.", "The body is too large.";
    BadType = "request.unsupported_type", 415, "Kiểu nội dung không được hỗ trợ.", "This content type is not supported here.";
    Invalid = "request.invalid", 422, "Có trường chưa đúng; xem danh sách bên dưới.", "Some fields are not right; see the list.";
    Timeout = "request.timeout", 408, "Yêu cầu gửi quá chậm.", "The request arrived too slowly.";
    PreconditionRequired = "request.if_match_required", 428, "Cần tiêu đề If-Match với ETag của bản bạn đã đọc, để không ghi đè người khác.", "Send If-Match with the ETag of the version you read, so that nobody's work is overwritten.";
    PreconditionFailed = "request.stale", 412, "Bản ghi đã thay đổi từ khi bạn đọc; hãy đọc lại rồi sửa.", "The record has changed since you read it; read it again, then change it.";
    Conflict = "request.conflict", 409, "Có người vừa ghi vào cùng chỗ; hãy đọc lại.", "Somebody else wrote here at the same moment; read again.";
    InUse = "request.in_use", 409, "Bản ghi này đang được bản ghi khác dùng nên không xóa được.", "Another record uses this one, so it stays.";
    RateLimited = "request.rate_limited", 429, "Quá nhiều yêu cầu; hãy đợi rồi thử lại.", "Too many requests; wait, then try again.";
    KeyReused = "idempotency.key_reused", 422, "Idempotency-Key này đã dùng cho một yêu cầu khác.", "This Idempotency-Key was used for another request.";
    KeyRunning = "idempotency.still_running", 409, "Yêu cầu với Idempotency-Key này đang chạy.", "The request with this Idempotency-Key is still running.";
    // Who asks.
    Unauthenticated = "auth.required", 401, "Cần đăng nhập.", "Sign in first.";
    TokenInvalid = "auth.token_invalid", 401, "Phiên đăng nhập không còn giá trị; hãy đăng nhập lại.", "This access token is not valid any more; sign in again.";
    LoginFailed = "auth.login_failed", 401, "Tên đăng nhập hoặc mật khẩu không đúng.", "The username or the password is not right.";
    LockedOut = "auth.locked_out", 429, "Đăng nhập sai nhiều lần; hãy đợi rồi thử lại.", "Too many wrong passwords; wait, then try again.";
    HookRefused = "hook.refused", 401, "Chữ ký của sàn không đúng hoặc đã quá hạn; không có gì được ghi.", "The platform's signature is missing, wrong or too old; nothing was stored.";
    RefreshReused = "auth.refresh_reused", 401, "Mã làm mới đã được dùng; vì an toàn, mọi phiên của nhóm này đã đóng.", "This refresh token was used before; for safety its whole family of sessions is closed.";
    PasswordWeak = "auth.password_weak", 422, "Mật khẩu chưa đạt: ít nhất 12 ký tự và không nằm trong danh sách mật khẩu phổ biến.", "The password is too weak: at least 12 characters, and not on the list of common passwords.";
    PasswordWrong = "auth.password_wrong", 403, "Mật khẩu hiện tại không đúng.", "The current password is not right.";
    Forbidden = "auth.forbidden", 403, "Vai trò của bạn không được làm việc này.", "Your role may not do this.";
    OutsideArea = "auth.outside_area", 403, "Địa bàn này ngoài phạm vi của bạn.", "This place is outside your area.";
    UsernameTaken = "account.username_taken", 409, "Tên đăng nhập đã có người dùng.", "This username is taken.";
    // Places.
    TooManyCriteria = "place.too_many_criteria", 422, "Một xã có 19 tiêu chí nông thôn mới.", "A commune has 19 criteria.";
    StatusInFuture = "place.status_in_future", 422, "Ngày công nhận không được ở tương lai.", "The date is in the future.";
    StatusBeforeLast = "place.status_before_last", 409, "Ngày này sớm hơn lần ghi nhận gần nhất.", "The date is before that of the last status.";
    StatusSkipsStage = "place.status_skips_stage", 409, "Phải công nhận lần lượt: đạt chuẩn, nâng cao, kiểu mẫu.", "Stages are recognised one after the other: met, advanced, model.";
    CriteriaOpen = "place.criteria_open", 409, "Cần đạt đủ 19 tiêu chí để được công nhận đạt chuẩn.", "All 19 criteria are needed to be recognised as met.";
    NoDecision = "place.no_decision", 422, "Công nhận hay thu hồi phải có số quyết định.", "Recognition and revocation need the number of the decision.";
    // Producers.
    TaxCodeTaken = "producer.tax_code_taken", 409, "Mã số thuế này đã đăng ký cho một chủ thể khác.", "Another producer is registered with this tax code.";
    // Products and their files.
    ProductStatus = "product.wrong_status", 409, "Sản phẩm không ở trạng thái cho phép việc này.", "The product is not in a status that allows this.";
    ProductIncomplete = "product.incomplete", 422, "Sản phẩm chưa đủ thông tin để công bố; xem danh sách bên dưới.", "The product lacks what publishing needs; see the list.";
    ProductRated = "product.rated", 409, "Sản phẩm đang có hạng sao còn hiệu lực nên không đổi được bộ sản phẩm.", "A product with a valid star keeps its criteria set.";
    ProducerInactive = "product.producer_inactive", 409, "Chủ thể đang tạm dừng hoặc đã giải thể nên không thêm hay công bố sản phẩm được.", "A suspended or dissolved producer neither adds nor publishes products.";
    SkuTaken = "product.sku_taken", 409, "Chủ thể này đã có sản phẩm mang mã SKU đó.", "This producer has another product with this SKU.";
    TooManyImages = "product.too_many_images", 409, "Mỗi sản phẩm có nhiều nhất 20 ảnh.", "A product has at most 20 images.";
    TooManyPapers = "product.too_many_papers", 409, "Mỗi sản phẩm có nhiều nhất 100 giấy tờ.", "A product has at most 100 papers.";
    PaperInUse = "paper.in_use", 409, "Giấy tờ này đang nằm trong một hồ sơ nên không xóa được.", "A dossier names this paper, so it stays.";
    FileMismatch = "file.type_mismatch", 422, "Nội dung tệp không đúng kiểu đã khai trong Content-Type.", "The file is not what its Content-Type says.";
    ImageUnreadable = "image.unreadable", 422, "Không đọc được ảnh; tệp có thể bị hỏng.", "The image cannot be read; the file may be damaged.";
    ImageTooLarge = "image.too_many_pixels", 422, "Ảnh quá lớn: nhiều nhất 40 triệu điểm ảnh.", "The image is too large: at most 40 million pixels.";
    // Dossiers and councils.
    DossierState = "dossier.wrong_status", 409, "Hồ sơ không ở trạng thái cho phép việc này.", "The dossier is not in a status that allows this.";
    DossierOpen = "dossier.already_open", 409, "Sản phẩm này đã có một hồ sơ đang xử lý.", "This product has a dossier under way already.";
    DossierIncomplete = "dossier.incomplete", 422, "Hồ sơ chưa đủ; xem danh sách còn thiếu bên dưới.", "The dossier is not complete; see the list of what is missing.";
    DossierStarValid = "dossier.star_valid", 409, "Sản phẩm đang có hạng sao còn hiệu lực; hãy nâng hạng hoặc phân hạng lại thay vì đánh giá lần đầu.", "The product has a valid star; upgrade or renew it instead of a first rating.";
    DossierNoStar = "dossier.no_star", 409, "Sản phẩm không có hạng sao còn hiệu lực; hãy lập hồ sơ đánh giá lần đầu.", "The product has no valid star; file a first dossier.";
    DossierTopStar = "dossier.top_star", 409, "Sản phẩm đã có 5 sao, không còn hạng cao hơn.", "The product has five stars; there is no higher one.";
    DossierWindowEarly = "dossier.window_not_open", 409, "Chưa đến thời gian nộp hồ sơ phân hạng lại.", "The time to file a renewal has not come yet.";
    DossierWindowClosed = "dossier.window_closed", 409, "Đã hết thời gian nộp hồ sơ phân hạng lại.", "The time to file a renewal is over.";
    DossierProducerInactive = "dossier.producer_inactive", 409, "Chủ thể đang tạm dừng hoặc đã giải thể nên không lập hay nộp hồ sơ được; hãy đề nghị xã hoặc tỉnh khôi phục chủ thể trước (Quyết định 26/2026/QĐ-TTg, điều 5 đến 8).", "A suspended or dissolved producer neither begins nor files dossiers; ask the commune or province to reinstate it first (Decision 26/2026/QĐ-TTg, articles 5 to 8).";
    DossierSetChanged = "dossier.set_changed", 409, "Sản phẩm đã chuyển sang bộ tiêu chí khác với bộ hồ sơ đã tự chấm.", "The product has moved to another criteria set than the dossier was assessed by.";
    SamplesNotNeeded = "dossier.samples_not_needed", 409, "Bộ sản phẩm này không nộp mẫu.", "Products of this set hand in no samples.";
    HolidayExists = "holiday.exists", 409, "Ngày này đã được thêm; hãy xóa rồi thêm lại nếu cần sửa.", "This day was added already; remove it and add it again to change it.";
    RoundExists = "round.exists", 409, "Đã có đợt đánh giá chốt hồ sơ vào ngày này.", "There is a round that closes on this day.";
    DossierNoCriteria = "dossier.no_criteria", 422, "Không có bộ tiêu chí nào áp dụng cho sản phẩm vào ngày này.", "No criteria set applies to the product on this day.";
    SchemeEnded = "dossier.scheme_ended", 409, "Bộ tiêu chí cũ đã hết thời hạn chuyển tiếp (Quyết định 26/2026/QĐ-TTg, điều 11); hãy trả lại hồ sơ để nộp theo bộ đang áp dụng.", "The old scheme's transition is over (Decision 26/2026/QĐ-TTg, article 11); return the dossier to be filed under the one in force.";
    DossierOwn = "dossier.own", 403, "Cán bộ làm việc cho chủ thể không được xử lý hồ sơ của chủ thể đó.", "An officer who works for the producer may not judge its dossier.";
    DossierReport = "dossier.report_missing", 409, "Cần báo cáo của xã (biểu 03) trước khi chuyển hồ sơ.", "The commune's report (form 03) comes before forwarding.";
    SeatTaken = "council.seat_taken", 409, "Ghế này trong hội đồng đã có người.", "This seat on the council is taken.";
    CouncilClosed = "council.closed", 409, "Hội đồng đã kết thúc.", "The council works no more.";
    CouncilIncomplete = "council.incomplete", 409, "Hội đồng cần có chủ tịch và thư ký.", "The council needs a chair and a secretary.";
    ConflictOpen = "council.conflict_open", 409, "Có thành viên trùng tên người đại diện của chủ thể; thư ký cần xác nhận hoặc loại trừ trước khi kết luận (POST /dossiers/{id}/conflicts/{account_id}/check).", "A member has the name of the producer's representative; the secretary confirms or dismisses that before the conclusion (POST /dossiers/{id}/conflicts/{account_id}/check).";
    ConflictChecker = "council.conflict_checker", 403, "Chỉ thư ký hoặc chủ tịch hội đồng được xác nhận nghi ngờ xung đột lợi ích, và không tự xác nhận cho mình.", "Only the secretary or the chair settles a suspected conflict, and nobody their own.";
    CouncilInSession = "council.in_session", 409, "Không đổi thành viên khi phiên họp đang mở.", "Members do not change while a session is open.";
    CouncilNoSeat = "council.no_seat", 403, "Bạn không có ghế trong hội đồng đánh giá hồ sơ này.", "You have no seat on the council of this dossier.";
    ConflictDeclared = "council.conflict_declared", 409, "Bạn đã khai xung đột lợi ích với hồ sơ này.", "You have declared a conflict with this dossier already.";
    SessionState = "session.wrong_status", 409, "Phiên họp không ở trạng thái cho phép việc này.", "The session is not in a status that allows this.";
    SessionUnfinished = "session.unfinished", 409, "Còn hồ sơ trong chương trình chưa có kết luận.", "There are dossiers on the agenda without a conclusion.";
    SessionWritten = "session.written", 409, "Phiên lấy ý kiến bằng văn bản không ghi danh sách dự họp: phiếu đã ký là sự tham gia.", "A session in writing has no list of who was present: a signed sheet is what counts.";
    SessionNoQuorum = "session.no_quorum", 409, "Chưa đủ thành viên dự họp để kết luận; hãy ghi danh sách dự họp (PUT /sessions/{id}/attendance).", "Too few members are noted as present for a conclusion; write the attendance (PUT /sessions/{id}/attendance).";
    SessionNoAgenda = "session.no_agenda", 409, "Phiên họp chưa có hồ sơ nào trong chương trình.", "The session has no dossier on its agenda.";
    AdvisorOnly = "review.advisors_only", 403, "Chỉ thành viên tổ tư vấn của tỉnh được thẩm định hồ sơ và yêu cầu kiểm nghiệm.", "Only the province's advisory team reviews dossiers and asks for tests.";
    ReviewExists = "review.exists", 409, "Bạn đã thẩm định hồ sơ này; hãy sửa bản đó (PUT).", "You have reviewed this dossier; change that review (PUT).";
    ReviewAuthor = "review.author_only", 403, "Chỉ người viết được sửa bản thẩm định của mình.", "Only its author changes a review.";
    TestState = "test.wrong_status", 409, "Yêu cầu kiểm nghiệm này đã có kết quả hoặc đã hủy.", "This test has its result already, or was cancelled.";
    DossierPreparer = "dossier.preparer_signs", 403, "Người lập đề nghị không được ký quyết định.", "Who prepared the decision may not sign it.";
    AlreadyBound = "producer.already_bound", 409, "Tài khoản này đã thuộc một chủ thể; mỗi tài khoản chỉ đăng ký một chủ thể.", "This account belongs to a producer already; one account registers one producer.";
    OwnProducer = "producer.own", 403, "Không được tự xác minh hay đổi trạng thái chủ thể của chính mình.", "Nobody verifies or moves their own producer.";
    ProducerStatus = "producer.wrong_status", 409, "Trạng thái của chủ thể không cho phép việc này.", "The producer's status does not allow this.";
    ProducerDissolved = "producer.dissolved", 409, "Chủ thể đã giải thể, không sửa được nữa.", "The producer is dissolved and cannot be changed.";
    ProducerIncomplete = "producer.incomplete", 422, "Chủ thể còn thiếu thông tin để xác minh; xem danh sách.", "The producer lacks what is needed to be verified; see the list.";
    IdentityLocked = "producer.identity_locked", 403, "Chủ thể đã xác minh: hãy đề nghị cán bộ xã hoặc tỉnh sửa tên, mã số thuế, đăng ký hay địa bàn.", "The producer is verified: ask an officer of the commune or province to change its name, tax code, registration or commune.";
    // Rating and certificates.
    ConflictOfInterest = "rating.conflict_of_interest", 403, "Bạn có lợi ích liên quan đến hồ sơ này nên không chấm điểm (Quyết định 26/2026/QĐ-TTg, điều 6 và 7; quy chế hội đồng); các thành viên khác chấm thay.", "You have an interest in this dossier and do not score it (Decision 26/2026/QĐ-TTg, articles 6 and 7; the council's rules); the other members do.";
    ScoresOwn = "rating.own_producer", 403, "Đây là hồ sơ của chủ thể nơi bạn làm việc nên bạn không chấm điểm (Quyết định 26/2026/QĐ-TTg, điều 6 và 7; quy chế hội đồng); các thành viên khác chấm thay.", "This dossier is your own producer's and you do not score it (Decision 26/2026/QĐ-TTg, articles 6 and 7; the council's rules); the other members do.";
    NothingToSign = "rating.nothing_to_sign", 409, "Không có phiếu nháp để ký; hãy lưu phiếu trước (PUT /dossiers/{id}/sheets/mine).", "There is no draft to sign; save a sheet first (PUT /dossiers/{id}/sheets/mine).";
    SecretaryOnly = "rating.secretary_only", 403, "Chỉ thư ký hội đồng được ghi phiếu thống nhất và biên bản (Quyết định 26/2026/QĐ-TTg, điều 6 và 7).", "Only the council's secretary records the agreed sheet and the minutes (Decision 26/2026/QĐ-TTg, articles 6 and 7).";
    ChairOnly = "rating.chair_only", 403, "Chỉ chủ tịch hội đồng được kết luận (Quyết định 26/2026/QĐ-TTg, điều 6 và 7).", "Only the council's chair concludes (Decision 26/2026/QĐ-TTg, articles 6 and 7).";
    NoSheets = "rating.no_sheets", 409, "Chưa có phiếu nào được ký nên chưa có gì để thống nhất; các thành viên ký phiếu trước.", "No sheet is signed yet, so there is nothing to agree on; the members sign first.";
    NoQuorum = "rating.no_quorum", 409, "Chưa đủ phiếu đã ký để kết luận.", "Too few signed sheets for a conclusion.";
    DeviationUnexplained = "rating.deviation_unexplained", 409, "Có phiếu lệch xa điểm trung bình mà chưa có lý do trong biên bản.", "A total lies far from the mean and no reason is minuted.";
    AgreedSheetOpen = "rating.agreed_sheet_open", 409, "Còn tiêu chí có điều kiện tối thiểu mà hội đồng chưa thống nhất; xem danh sách.", "Criteria with a floor are still without an agreed option; see the list.";
    NotConcluded = "rating.not_concluded", 409, "Hội đồng chưa kết luận hồ sơ này.", "The council has not concluded on this dossier.";
    WrongAuthority = "certificate.wrong_authority", 403, "Chỉ cơ quan công nhận hạng sao (Chủ tịch tỉnh với 3–4 sao, Bộ trưởng với 5 sao) được ký việc này; hãy chuyển cho cơ quan đó.", "Only the authority that recognises the star signs this (the Chairman of the province for 3 and 4 stars, the Minister for 5); hand it to them.";
    CertificateEnded = "certificate.not_valid", 409, "Giấy chứng nhận hiện không có hiệu lực; xem tình trạng tại /certificates/{số}.", "The certificate is not valid now; /certificates/{number} tells how it stands.";
    NoRenewal = "certificate.no_renewal", 409, "Chỉ gia hạn khi hồ sơ phân hạng lại của sản phẩm đã nộp và chưa có quyết định; hãy nộp hồ sơ trước.", "A certificate is extended only while the product's renewal has been filed and is not decided; file it first.";
    CheckerSigns = "certificate.preparer_signs", 403, "Người ghi kết quả kiểm tra không được ký thu hồi; hãy chuyển cho người ký khác.", "Who recorded a check of this certificate does not sign its revocation; another signer has to.";
    NothingToRemedy = "certificate.nothing_to_remedy", 409, "Lần kiểm tra này không có nội dung cần khắc phục, hoặc đã khắc phục xong.", "This check found nothing to put right, or it has been put right already.";
    ChoiceNeeded = "decision.choice_needed", 422, "Hội đồng trung ương không đề nghị 5 sao: chọn công nhận 3–4 sao theo kết quả đó (recognise) hoặc đánh giá lại ở tỉnh (evaluate_again).", "The central council does not propose five stars: choose to recognise 3 or 4 stars on its result (recognise) or to evaluate again in the province (evaluate_again).";
    NoChoice = "decision.no_choice", 422, "Chỉ chọn được (choice) với hồ sơ trung ương trả về tỉnh; hãy bỏ trường này.", "A choice belongs to dossiers that came back from the centre; leave it out.";
    // Platforms, shops, listings, sales.
    PlatformNotAvailable = "platform.not_available", 409, "Chưa kết nối được với sàn này.", "This platform cannot be connected yet.";
    PlatformClosed = "platform.closed", 409, "Sàn này đã ngừng hoạt động.", "This platform does not trade any more.";
    PlatformNoCategories = "platform.no_categories", 409, "Sàn này không cho đọc ngành hàng và thuộc tính qua kết nối.", "This platform does not give its categories and attributes through its interface.";
    PlatformOwnCategories = "platform.own_categories", 409, "Mỗi gian hàng trên nền tảng này có danh mục riêng: hãy nêu gian hàng (shop_id) và chọn danh mục ở từng niêm yết.", "Each shop on this platform has categories of its own: name the shop (shop_id), and choose the category in each listing.";
    ShopClosed = "shop.closed", 409, "Gian hàng đã đóng.", "The shop is closed.";
    ShopNotConnected = "shop.not_connected", 409, "Gian hàng chưa kết nối được; xem lý do của gian hàng.", "The shop is not connected; see its issue.";
    ShopHasListings = "shop.has_listings", 409, "Gian hàng còn sản phẩm đang bán; hãy gỡ các niêm yết trước.", "Products are still on sale in this shop; withdraw its listings first.";
    ShopAssisted = "shop.assisted", 409, "Gian hàng này làm thủ công bằng tệp: hãy nhập tệp đơn hàng của sàn.", "This shop is served by hand with files: import the platform's order file.";
    ShopNotAssisted = "shop.not_assisted", 409, "Gian hàng này kết nối tự động; chỉ gian hàng làm thủ công mới dùng tệp và ghi kết quả bằng tay.", "This shop is connected to its platform; only shops served by hand use files and records made by hand.";
    ShopNoConsent = "shop.no_consent", 409, "Sàn này không có trang để chủ gian hàng đồng ý kết nối; hãy nhập khóa kết nối.", "This platform has no page on which a shop's owner consents; give the shop's keys.";
    ListingStep = "listing.step_not_possible", 409, "Niêm yết chưa ở bước ghi được kết quả này: xem trạng thái và các vấn đề của niêm yết.", "The listing is not at a step where this can be recorded: see its status and issues.";
    ListingNotPublished = "listing.product_not_published", 409, "Chỉ niêm yết được sản phẩm đã công bố.", "Only a published product can be listed.";
    ListingExists = "listing.exists", 409, "Sản phẩm đã có niêm yết trong gian hàng này.", "The product is listed in this shop already.";
    ListingSkuTaken = "listing.sku_taken", 409, "Gian hàng đã dùng mã SKU này cho sản phẩm khác.", "The shop uses this SKU for another product.";
    // Shipments.
    ShipmentNoCarrier = "shipment.no_carrier", 409, "Kết nối này không phải của một đơn vị vận chuyển; hãy chọn kết nối Viettel Post hoặc MyVNPost.", "This is no connection to a carrier; choose one to Viettel Post or MyVNPost.";
    ShipmentNotUnsure = "shipment.not_unsure", 409, "Chỉ ghi tay được khi chưa rõ đơn vị vận chuyển đã nhận vận đơn chưa; trạng thái hiện nay đã rõ.", "Only a shipment of which it is not known whether the carrier has it is settled by hand; how this one stands is known.";
    ShipmentTooLate = "shipment.too_late", 409, "Bưu gửi đã đi hoặc đã kết thúc nên không hủy được; hãy liên hệ đơn vị vận chuyển.", "The parcel is on its way or has ended and cannot be called off; ask the carrier.";
    ShipmentUnsure = "shipment.unsure", 409, "Chưa rõ đơn vị vận chuyển đã nhận vận đơn chưa; hãy tra theo mã tham chiếu với họ rồi ghi kết quả vào vận đơn.", "It is not known whether the carrier has this consignment; ask them for its reference and record the answer in the shipment.";
    ShipmentTellsItself = "shipment.tells_itself", 409, "Đơn vị vận chuyển này tự báo trạng thái, không tra được; hãy kiểm tra địa chỉ webhook đã đăng ký với họ.", "This carrier tells the state by itself and cannot be asked; check the webhook address registered with them.";
    // Sales figures.
    SaleExists = "sale.exists", 409, "Đã có số liệu cho sản phẩm, kênh và tháng này; hãy sửa số liệu đó.", "There is a figure for this product, channel and month; change that one.";
    SaleCounted = "sale.counted_by_platform", 409, "Doanh số trên sàn này đã được tính từ đơn hàng của sàn.", "Sales on this platform are counted from its orders already.";
    SaleNotDeclared = "sale.not_declared", 409, "Chỉ sửa được số liệu tự khai.", "Only declared figures can be changed.";
    // The service.
    Internal = "service.internal", 500, "Lỗi hệ thống; hãy gửi mã yêu cầu cho quản trị.", "Something failed on our side; give the request id to the administrator.";
    Busy = "service.busy", 503, "Hệ thống đang bận; hãy thử lại sau ít giây.", "The service is busy; try again in a few seconds.";
    StorageFull = "service.storage_full", 503, "Máy chủ hết chỗ lưu; chưa có gì được ghi.", "The server's disk is full; nothing was written.";
    Unavailable = "service.unavailable", 503, "Cơ sở dữ liệu tạm thời không trả lời.", "The database does not answer at the moment.";
}
