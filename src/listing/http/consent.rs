//! `/shops/{id}/consent`, and the page on which the owner's browser ends.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, web};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Result;
use crate::http::{NoQuery, Path, Query, Reply, Write, is_look, refuse_dry_run};
use crate::ids::ShopId;
use crate::instant::Instant;
use crate::listing::consent::{self, Told};

pub(super) fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(ask).service(answer);
}

/// Where a shop's owner consents.
#[derive(Serialize, ToSchema)]
#[schema(as = ShopConsent)]
struct ConsentOut {
    /// The platform's own page: open it in the owner's browser. It is good once.
    url: String,
    /// Until then.
    expires_at: Instant,
}

/// Ask a shop's owner for consent on the platform's own page, for the first time or again after it was withdrawn. The
/// browser comes back to us, the tokens are got in the background, and the shop's `status` tells how that went. An earlier
/// address of this shop is worth nothing any more.
#[utoipa::path(tag = "shops", params(("id" = ShopId, Path)), responses((status = 201, body = ConsentOut)))]
#[post("/shops/{id}/consent")]
async fn ask(
    req: HttpRequest,
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<ShopId>,
) -> Result<HttpResponse> {
    // The state of a trial would be known to nobody.
    refuse_dry_run(&req)?;
    let question = consent::ask(write.app(), &write.actor, id).await?;
    write
        .run_sealed("shop.consent", move |tx, actor, now| {
            let expires_at = consent::begin(tx, actor, &question, now)?;
            Reply::created(
                format!("/api/v1/shops/{id}"),
                &ConsentOut { url: question.url.clone(), expires_at },
            )
        })
        .await
}

/// A shop's owner comes back from the platform's page. Answers a page for people, in Vietnamese and English, that says what
/// happens next. Nothing is believed without a good `state`.
#[utoipa::path(tag = "shops", params(
        ("platform" = String, Path),
        ("state" = Option<String>, Query, description = "As it was given out; good once."),
        ("code" = Option<String>, Query, description = "What the tokens are got for."),
    ),
    responses((status = 200, description = "Taken.", content_type = "text/html", body = String),
        (status = 400, description = "Not taken; the page says why.", content_type = "text/html", body = String)))]
#[get("/hooks/{platform}/consent")]
async fn answer(req: HttpRequest, app: web::Data<App>, Path(platform): Path<String>) -> Result<HttpResponse> {
    // Whoever only looks whether the address is there must not use it up.
    if is_look(&req) {
        return Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").finish());
    }
    Ok(page(consent::answer(&app, &platform, req.query_string()).await?))
}

/// What a page says: heading and text, Vietnamese and English.
struct Words {
    vi: [&'static str; 2],
    en: [&'static str; 2],
}

const fn words(told: Told) -> Words {
    match told {
        Told::Received => Words {
            vi: [
                "Đã nhận sự đồng ý của chủ gian hàng",
                "Hệ thống đang hoàn tất kết nối, thường trong một phút. Hãy đóng trang này và xem trạng thái của gian hàng \
                 trong chương trình. Nếu bạn không có ý kết nối gian hàng, hãy thu hồi quyền của ứng dụng trên trang quản lý \
                 của sàn.",
            ],
            en: [
                "The owner's consent was received",
                "The connection is being made, usually within a minute. Close this page and look at the shop's status in \
                 the programme. If you did not mean to connect a shop, withdraw the application's rights in the platform's \
                 own pages.",
            ],
        },
        Told::Denied => Words {
            vi: [
                "Gian hàng chưa được kết nối",
                "Chủ gian hàng hoặc sàn chưa đồng ý. Muốn kết nối, hãy quay lại chương trình, bấm kết nối lần nữa và chọn \
                 đồng ý trên trang của sàn.",
            ],
            en: [
                "The shop is not connected",
                "The owner or the platform did not consent. To connect the shop, go back to the programme, connect once \
                 more and agree on the platform's page.",
            ],
        },
        Told::OtherShop => Words {
            vi: [
                "Đây là gian hàng khác",
                "Sự đồng ý vừa rồi là của một gian hàng khác với gian hàng cần kết nối. Hãy đăng nhập trên trang của sàn \
                 bằng tài khoản của đúng gian hàng rồi bấm kết nối lần nữa trong chương trình.",
            ],
            en: [
                "This is another shop",
                "The consent is that of another shop than the one to be connected. Sign in on the platform's page with \
                 the account of the right shop, then connect once more in the programme.",
            ],
        },
        Told::NoShop => Words {
            vi: [
                "Chưa nhận được gian hàng nào",
                "Sàn không gửi kèm mã đồng ý của một gian hàng. Hãy đăng nhập trên trang của sàn bằng tài khoản của gian \
                 hàng (không phải tài khoản chung của nhiều gian hàng) rồi bấm kết nối lần nữa trong chương trình.",
            ],
            en: [
                "No shop was received",
                "The platform sent no code for a shop. Sign in on the platform's page with the account of the shop (not a \
                 main account of several), then connect once more in the programme.",
            ],
        },
        Told::Unknown => Words {
            vi: [
                "Liên kết không còn giá trị",
                "Liên kết này đã hết hạn (15 phút), đã được dùng hoặc không đúng. Không có gì được ghi. Hãy quay lại chương \
                 trình và bấm kết nối lần nữa.",
            ],
            en: [
                "This link is worth nothing any more",
                "It has ended (15 minutes), was used before or is not right. Nothing was stored. Go back to the programme \
                 and connect once more.",
            ],
        },
    }
}

/// The page. All of it is written here: nothing of the request is shown, and nothing can run.
fn page(told: Told) -> HttpResponse {
    const POLICY: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
    let Words { vi: [head, text], en: [english_head, english_text] } = words(told);
    let status = if told == Told::Received { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    HttpResponse::build(status)
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .content_type("text/html; charset=utf-8")
        .body(format!(
            "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><title>{head}</title></head><body><main><h1>{head}</h1><p>{text}</p>\
             <section lang=\"en\"><h2>{english_head}</h2><p>{english_text}</p></section></main></body></html>"
        ))
}
