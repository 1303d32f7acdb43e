//! The kinds of evidence papers (Decision 26/2026/QĐ-TTg, forms of the dossier).

use crate::text_enum;

text_enum! {
    /// What an evidence paper is.
    pub enum PaperKind {
        /// *Giấy đăng ký kinh doanh, quyết định thành lập*.
        BusinessRegistration = "business_registration",
        /// *Giấy chứng nhận cơ sở đủ điều kiện an toàn thực phẩm*.
        FoodSafetyCertificate = "food_safety_certificate",
        /// *Bản công bố, tự công bố chất lượng sản phẩm*.
        QualityDeclaration = "quality_declaration",
        /// *Phiếu kiểm nghiệm*.
        TestReport = "test_report",
        /// *Giấy chứng nhận đăng ký nhãn hiệu*.
        Trademark = "trademark",
        /// *VietGAP*.
        Vietgap = "vietgap",
        /// *GlobalG.A.P.*
        Globalgap = "globalgap",
        /// *Hữu cơ*.
        Organic = "organic",
        /// *Chỉ dẫn địa lý*.
        GeographicalIndication = "geographical_indication",
        /// *Kế hoạch bảo vệ môi trường, đánh giá tác động môi trường*.
        Environment = "environment",
        /// *Hợp đồng lao động, bảng lương*.
        Labour = "labour",
        /// *Hợp đồng liên kết*.
        LinkageContract = "linkage_contract",
        /// *Bảng giá*.
        PriceList = "price_list",
        /// *Câu chuyện sản phẩm*.
        Story = "story",
        /// *Phương án kinh doanh sản phẩm*.
        ProductPlan = "product_plan",
        /// Anything else.
        Other = "other",
    }
}
