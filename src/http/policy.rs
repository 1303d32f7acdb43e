//! Who may do what: one row for each operation of the API. What has no row is refused.
//!
//! A role's reach (own producer, own commune, own province, council seat, all) is [`crate::actor::Reach`]; queries
//! start from it, so what somebody may not see is 404. What they may see but not do is 403, by this table.

use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::http::Method;

use crate::actor::Role;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Everybody, without signing in.
    Public,
    /// Everybody who has signed in.
    SignedIn,
    /// Accounts with one of these roles.
    Roles(&'static [Role]),
}

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name: the `operationId` of the API document.
    pub op: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path template.
    pub path: &'static str,
    /// Who may call it.
    pub who: Who,
}

use Role::{
    Admin, Auditor, CentralLeader, CentralOfficer, CommuneOfficer, CouncilMember, ProducerMember,
    ProvincialLeader, ProvincialOfficer,
};
use Who::{Public, Roles, SignedIn};

const fn rule(op: &'static str, method: &'static str, path: &'static str, who: Who) -> Rule {
    Rule { op, method, path, who }
}

/// Who writes products: their producer and the officers of its place. How far each reaches, the noun says.
const WRITE_PRODUCTS: &[Role] = &[ProducerMember, CommuneOfficer, ProvincialOfficer];

/// Who serves a shop by hand: its producer, and the officers of its place who help it.
const HANDS: &[Role] = &[ProducerMember, CommuneOfficer, ProvincialOfficer];

/// Who has the categories of a platform read again: through any shop, or the producer through its own.
const CATEGORY_READERS: &[Role] = &[Admin, CentralOfficer, ProducerMember];

/// Who says which categories and attributes products get on platforms.
const MAPPERS: &[Role] = &[Admin, CentralOfficer];

/// Who sees councils and their sessions.
const COUNCIL_READERS: &[Role] =
    &[CouncilMember, ProvincialOfficer, ProvincialLeader, CentralOfficer, CentralLeader, Auditor, Admin];

/// Who sets councils up.
const COUNCIL_OFFICERS: &[Role] = &[ProvincialOfficer, CentralOfficer];

/// Who holds sessions: the office, or the council's own chair and secretary.
const COUNCIL_HOLDERS: &[Role] = &[ProvincialOfficer, CentralOfficer, CouncilMember];

/// Who may be on an advisory team.
const ADVISORS: &[Role] = &[CouncilMember, ProvincialOfficer];

/// Who reads reports: everybody with a place, and those who see the country.
const REPORT_READERS: &[Role] =
    &[Admin, Auditor, CentralOfficer, CentralLeader, ProvincialOfficer, ProvincialLeader, CommuneOfficer];

/// The table.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule("auth.login", "POST", "/api/v1/auth/login", Public),
    rule("auth.refresh", "POST", "/api/v1/auth/refresh", Public),
    rule("auth.logout", "POST", "/api/v1/auth/logout", Public),
    rule("auth.me", "GET", "/api/v1/auth/me", SignedIn),
    rule("auth.password", "POST", "/api/v1/auth/password", SignedIn),
    rule("account.list", "GET", "/api/v1/accounts", Roles(&[Admin, Auditor])),
    rule("account.create", "POST", "/api/v1/accounts", Roles(&[Admin])),
    rule("account.get", "GET", "/api/v1/accounts/{id}", Roles(&[Admin, Auditor])),
    rule("account.update", "PATCH", "/api/v1/accounts/{id}", Roles(&[Admin])),
    rule("place.provinces", "GET", "/api/v1/places/provinces", Public),
    rule("place.communes", "GET", "/api/v1/places/communes", Public),
    rule("place.commune", "GET", "/api/v1/places/communes/{code}", Public),
    rule("place.former", "GET", "/api/v1/places/former", Public),
    rule("place.status", "POST", "/api/v1/places/communes/{code}/statuses", Roles(&[ProvincialOfficer])),
    rule("producer.list", "GET", "/api/v1/producers", SignedIn),
    rule("producer.create", "POST", "/api/v1/producers", Roles(&[Admin, ProvincialOfficer, CommuneOfficer, ProducerMember])),
    rule("producer.get", "GET", "/api/v1/producers/{id}", SignedIn),
    rule("producer.update", "PATCH", "/api/v1/producers/{id}", Roles(&[Admin, ProvincialOfficer, CommuneOfficer, ProducerMember])),
    rule("producer.verify", "POST", "/api/v1/producers/{id}/verify", Roles(&[ProvincialOfficer, CommuneOfficer])),
    rule("producer.suspend", "POST", "/api/v1/producers/{id}/suspend", Roles(&[ProvincialOfficer, CommuneOfficer])),
    rule("producer.reinstate", "POST", "/api/v1/producers/{id}/reinstate", Roles(&[ProvincialOfficer, CommuneOfficer])),
    rule("producer.dissolve", "POST", "/api/v1/producers/{id}/dissolve", Roles(&[ProvincialOfficer, CommuneOfficer])),
    rule("producer.duplicates", "GET", "/api/v1/producers/{id}/duplicates", Roles(&[Admin, Auditor, CentralOfficer, ProvincialOfficer, CommuneOfficer])),
    rule("product.list", "GET", "/api/v1/products", SignedIn),
    rule("product.create", "POST", "/api/v1/products", Roles(WRITE_PRODUCTS)),
    rule("product.get", "GET", "/api/v1/products/{id}", SignedIn),
    rule("product.update", "PATCH", "/api/v1/products/{id}", Roles(WRITE_PRODUCTS)),
    rule("product.publish", "POST", "/api/v1/products/{id}/publish", Roles(WRITE_PRODUCTS)),
    rule("product.unpublish", "POST", "/api/v1/products/{id}/unpublish", Roles(WRITE_PRODUCTS)),
    rule("product.archive", "POST", "/api/v1/products/{id}/archive", Roles(WRITE_PRODUCTS)),
    rule("product.restore", "POST", "/api/v1/products/{id}/restore", Roles(WRITE_PRODUCTS)),
    rule("product.name_successor", "PUT", "/api/v1/products/{id}/successor", Roles(WRITE_PRODUCTS)),
    rule("product.take_back_successor", "DELETE", "/api/v1/products/{id}/successor", Roles(WRITE_PRODUCTS)),
    rule("product.images", "GET", "/api/v1/products/{id}/images", SignedIn),
    rule("product.add_image", "POST", "/api/v1/products/{id}/images", Roles(WRITE_PRODUCTS)),
    rule("product.image", "GET", "/api/v1/products/{id}/images/{image_id}", SignedIn),
    rule("product.change_image", "PATCH", "/api/v1/products/{id}/images/{image_id}", Roles(WRITE_PRODUCTS)),
    rule("product.remove_image", "DELETE", "/api/v1/products/{id}/images/{image_id}", Roles(WRITE_PRODUCTS)),
    rule("product.image_file", "GET", "/api/v1/products/{id}/images/{image_id}/file", Public),
    rule("product.image_file_jpg", "GET", "/api/v1/products/{id}/images/{image_id}/file.jpg", Public),
    rule("product.image_file_png", "GET", "/api/v1/products/{id}/images/{image_id}/file.png", Public),
    rule("product.papers", "GET", "/api/v1/products/{id}/papers", SignedIn),
    rule("product.add_paper", "POST", "/api/v1/products/{id}/papers", Roles(WRITE_PRODUCTS)),
    rule("product.paper", "GET", "/api/v1/products/{id}/papers/{paper_id}", SignedIn),
    rule("product.remove_paper", "DELETE", "/api/v1/products/{id}/papers/{paper_id}", Roles(WRITE_PRODUCTS)),
    rule("product.paper_file", "GET", "/api/v1/products/{id}/papers/{paper_id}/file", SignedIn),
    rule("criteria.list", "GET", "/api/v1/criteria-sets", Public),
    rule("criteria.get", "GET", "/api/v1/criteria-sets/{scheme}/{set}", Public),
    rule("criteria.preview", "POST", "/api/v1/criteria-sets/{scheme}/{set}/preview", Public),
    rule("dossier.list", "GET", "/api/v1/dossiers", SignedIn),
    rule("dossier.create", "POST", "/api/v1/dossiers", Roles(WRITE_PRODUCTS)),
    rule("dossier.get", "GET", "/api/v1/dossiers/{id}", SignedIn),
    rule("dossier.register", "PATCH", "/api/v1/dossiers/{id}", Roles(WRITE_PRODUCTS)),
    rule("dossier.assess", "PUT", "/api/v1/dossiers/{id}/self-assessment", Roles(WRITE_PRODUCTS)),
    rule("dossier.attach", "POST", "/api/v1/dossiers/{id}/documents", Roles(WRITE_PRODUCTS)),
    rule("dossier.detach", "DELETE", "/api/v1/dossiers/{id}/documents/{paper_id}/{criterion}", Roles(WRITE_PRODUCTS)),
    rule("dossier.document_file", "GET", "/api/v1/dossiers/{id}/documents/{paper_id}", SignedIn),
    rule("dossier.form", "GET", "/api/v1/dossiers/{id}/forms/{form}.docx", SignedIn),
    rule("dossier.submit", "POST", "/api/v1/dossiers/{id}/submit", Roles(WRITE_PRODUCTS)),
    rule("dossier.report", "PUT", "/api/v1/dossiers/{id}/commune-report", Roles(&[CommuneOfficer])),
    rule("dossier.forward", "POST", "/api/v1/dossiers/{id}/forward", Roles(&[CommuneOfficer])),
    rule("dossier.return", "POST", "/api/v1/dossiers/{id}/return", Roles(&[CommuneOfficer, ProvincialOfficer])),
    rule("dossier.accept", "POST", "/api/v1/dossiers/{id}/accept", Roles(&[ProvincialOfficer])),
    rule("dossier.completeness", "GET", "/api/v1/dossiers/{id}/completeness", SignedIn),
    rule("dossier.changes", "GET", "/api/v1/dossiers/{id}/changes", SignedIn),
    rule("dossier.samples", "POST", "/api/v1/dossiers/{id}/samples", Roles(&[ProvincialOfficer])),
    rule("round.list", "GET", "/api/v1/rounds", SignedIn),
    rule("round.add", "POST", "/api/v1/rounds", Roles(&[ProvincialOfficer, CentralOfficer])),
    rule("round.get", "GET", "/api/v1/rounds/{code}", SignedIn),
    rule("round.move", "PATCH", "/api/v1/rounds/{code}", Roles(&[ProvincialOfficer, CentralOfficer])),
    rule("holiday.list", "GET", "/api/v1/holidays", SignedIn),
    rule("holiday.add", "POST", "/api/v1/holidays", Roles(&[CentralOfficer])),
    rule("holiday.get", "GET", "/api/v1/holidays/{day}", SignedIn),
    rule("holiday.remove", "DELETE", "/api/v1/holidays/{day}", Roles(&[CentralOfficer])),
    rule("dossier.withdraw", "POST", "/api/v1/dossiers/{id}/withdraw", Roles(&[ProducerMember])),
    rule("council.list", "GET", "/api/v1/councils", Roles(COUNCIL_READERS)),
    rule("council.create", "POST", "/api/v1/councils", Roles(COUNCIL_OFFICERS)),
    rule("council.get", "GET", "/api/v1/councils/{id}", Roles(COUNCIL_READERS)),
    rule("council.seat", "POST", "/api/v1/councils/{id}/members", Roles(COUNCIL_OFFICERS)),
    rule("council.unseat", "DELETE", "/api/v1/councils/{id}/members/{member_id}", Roles(COUNCIL_OFFICERS)),
    rule("rating.sheet", "GET", "/api/v1/dossiers/{id}/sheets/mine", Roles(&[CouncilMember])),
    rule("rating.write_sheet", "PUT", "/api/v1/dossiers/{id}/sheets/mine", Roles(&[CouncilMember])),
    rule("rating.sign_sheet", "POST", "/api/v1/dossiers/{id}/sheets/mine/sign", Roles(&[CouncilMember])),
    rule("rating.sheets", "GET", "/api/v1/dossiers/{id}/sheets", Roles(&[Admin, Auditor, CentralLeader, CentralOfficer, CouncilMember, ProvincialLeader, ProvincialOfficer])),
    rule("rating.agreed_sheet", "GET", "/api/v1/dossiers/{id}/agreed-sheet", Roles(&[Admin, Auditor, CentralLeader, CentralOfficer, CouncilMember, ProvincialLeader, ProvincialOfficer])),
    rule("rating.agree", "PUT", "/api/v1/dossiers/{id}/agreed-sheet", Roles(&[CouncilMember])),
    rule("rating.sheet_paper", "GET", "/api/v1/dossiers/{id}/sheets/mine.docx", Roles(&[CouncilMember])),
    rule("rating.signed_paper", "GET", "/api/v1/dossiers/{id}/sheets/{sheet_id}.docx", Roles(&[Admin, Auditor, CentralLeader, CentralOfficer, CouncilMember, ProvincialLeader, ProvincialOfficer])),
    rule("rating.minutes", "GET", "/api/v1/sessions/{id}/minutes.docx", Roles(COUNCIL_READERS)),
    rule("rating.conclude", "POST", "/api/v1/dossiers/{id}/conclude", Roles(&[CouncilMember])),
    rule("rating.result", "GET", "/api/v1/dossiers/{id}/result", SignedIn),
    rule("certificate.decide", "POST", "/api/v1/dossiers/{id}/decide", Roles(&[ProvincialLeader, CentralLeader])),
    rule("certificate.list", "GET", "/api/v1/certificates", SignedIn),
    rule("certificate.get", "GET", "/api/v1/certificates/{number}", Public),
    rule("certificate.pdf", "GET", "/api/v1/certificates/{number}.pdf", Public),
    rule("certificate.qr_svg", "GET", "/api/v1/certificates/{number}/qr.svg", Public),
    rule("certificate.qr_png", "GET", "/api/v1/certificates/{number}/qr.png", Public),
    rule("certificate.annex", "GET", "/api/v1/certificates/annex.docx", Roles(&[Admin, Auditor, CentralLeader, CentralOfficer, ProvincialLeader, ProvincialOfficer])),
    rule("certificate.expiry_notice", "GET", "/api/v1/certificates/{number}/expiry-notice.docx", SignedIn),
    rule("certificate.star_token", "GET", "/api/v1/certificates/{number}/star-token", Public),
    rule("certificate.extend", "POST", "/api/v1/certificates/{number}/extend", Roles(&[ProvincialLeader, CentralLeader])),
    rule("certificate.revoke", "POST", "/api/v1/certificates/{number}/revoke", Roles(&[ProvincialLeader, CentralLeader])),
    rule("certificate.checks", "GET", "/api/v1/certificates/{number}/checks", SignedIn),
    rule("certificate.record_check", "POST", "/api/v1/certificates/{number}/checks", Roles(&[CommuneOfficer, ProvincialOfficer, CentralOfficer])),
    rule("certificate.remedy_check", "POST", "/api/v1/certificates/{number}/checks/{id}/remedy", Roles(&[CommuneOfficer, ProvincialOfficer, CentralOfficer])),
    rule("authority.get", "GET", "/api/v1/authorities/{code}", SignedIn),
    rule("authority.set", "PUT", "/api/v1/authorities/{code}", Roles(&[ProvincialOfficer, CentralOfficer])),
    rule("notice.list", "GET", "/api/v1/notices", SignedIn),
    rule("certificate.history", "GET", "/api/v1/products/{id}/history", Public),
    rule("catalogue.products", "GET", "/api/v1/catalogue/products", Public),
    rule("catalogue.product", "GET", "/api/v1/catalogue/products/{id}", Public),
    rule("catalogue.producers", "GET", "/api/v1/catalogue/producers", Public),
    rule("catalogue.facets", "GET", "/api/v1/catalogue/facets", Public),
    rule("report.summary", "GET", "/api/v1/reports/summary", Roles(REPORT_READERS)),
    rule("report.summary_ids", "GET", "/api/v1/reports/summary/ids", Roles(REPORT_READERS)),
    rule("session.list", "GET", "/api/v1/councils/{id}/sessions", Roles(COUNCIL_READERS)),
    rule("session.create", "POST", "/api/v1/councils/{id}/sessions", Roles(COUNCIL_OFFICERS)),
    rule("session.get", "GET", "/api/v1/sessions/{id}", Roles(COUNCIL_READERS)),
    rule("session.agenda", "POST", "/api/v1/sessions/{id}/agenda", Roles(COUNCIL_OFFICERS)),
    rule("session.open", "POST", "/api/v1/sessions/{id}/open", Roles(COUNCIL_HOLDERS)),
    rule("session.attendance", "PUT", "/api/v1/sessions/{id}/attendance", Roles(COUNCIL_HOLDERS)),
    rule("session.close", "POST", "/api/v1/sessions/{id}/close", Roles(COUNCIL_HOLDERS)),
    rule("conflict.list", "GET", "/api/v1/dossiers/{id}/conflicts", Roles(COUNCIL_READERS)),
    rule("conflict.declare", "POST", "/api/v1/dossiers/{id}/conflicts", Roles(&[CouncilMember])),
    rule("conflict.check", "POST", "/api/v1/dossiers/{id}/conflicts/{account_id}/check", Roles(&[CouncilMember])),
    rule("session.minutes", "GET", "/api/v1/sessions/{id}/minutes", Roles(COUNCIL_READERS)),
    rule("session.write_minutes", "PUT", "/api/v1/sessions/{id}/minutes", Roles(&[CouncilMember])),
    rule("advisor.list", "GET", "/api/v1/advisory-teams/{province_code}/members", Roles(COUNCIL_READERS)),
    rule("advisor.add", "POST", "/api/v1/advisory-teams/{province_code}/members", Roles(&[ProvincialOfficer])),
    rule("advisor.remove", "DELETE", "/api/v1/advisory-teams/{province_code}/members/{account_id}", Roles(&[ProvincialOfficer])),
    rule("review.list", "GET", "/api/v1/dossiers/{id}/reviews", Roles(COUNCIL_READERS)),
    rule("review.create", "POST", "/api/v1/dossiers/{id}/reviews", Roles(ADVISORS)),
    rule("review.update", "PUT", "/api/v1/dossiers/{id}/reviews/{review_id}", Roles(ADVISORS)),
    rule("test.list", "GET", "/api/v1/dossiers/{id}/tests", Roles(COUNCIL_READERS)),
    rule("test.request", "POST", "/api/v1/dossiers/{id}/tests", Roles(ADVISORS)),
    rule("test.update", "PATCH", "/api/v1/dossiers/{id}/tests/{test_id}", Roles(ADVISORS)),
    rule("platform.list", "GET", "/api/v1/platforms", SignedIn),
    rule("platform.get", "GET", "/api/v1/platforms/{key}", SignedIn),
    rule("platform.health", "GET", "/api/v1/platforms/{key}/health", SignedIn),
    rule("platform.export_columns", "GET", "/api/v1/platforms/{key}/export-columns", SignedIn),
    rule("platform.set_export_columns", "PUT", "/api/v1/platforms/{key}/export-columns", Roles(&[Admin])),
    rule("platform.categories", "GET", "/api/v1/platforms/{key}/categories", SignedIn),
    rule("platform.category_tree", "GET", "/api/v1/platforms/{key}/categories/refresh", SignedIn),
    rule("platform.refresh_categories", "POST", "/api/v1/platforms/{key}/categories/refresh", Roles(CATEGORY_READERS)),
    rule("platform.attributes", "GET", "/api/v1/platforms/{key}/categories/{category}/attributes", SignedIn),
    rule("platform.refresh_attributes", "POST", "/api/v1/platforms/{key}/categories/{category}/attributes/refresh", Roles(CATEGORY_READERS)),
    rule("platform.category_map", "GET", "/api/v1/platforms/{key}/category-map", SignedIn),
    rule("platform.set_category_map", "PUT", "/api/v1/platforms/{key}/category-map", Roles(MAPPERS)),
    rule("platform.attribute_map", "GET", "/api/v1/platforms/{key}/attribute-map/{category}", SignedIn),
    rule("platform.set_attribute_map", "PUT", "/api/v1/platforms/{key}/attribute-map/{category}", Roles(MAPPERS)),
    rule("listing.completeness", "GET", "/api/v1/products/{id}/completeness", SignedIn),
    rule("listing.product_suggestions", "GET", "/api/v1/products/{id}/suggestions", SignedIn),
    rule("listing.suggestions", "GET", "/api/v1/listings/{id}/suggestions", SignedIn),
    rule("hook.receive", "POST", "/api/v1/hooks/{platform}/{id}", Public),
    rule("hook.receive_for_app", "POST", "/api/v1/hooks/{platform}", Public),
    rule("hook.verify", "GET", "/api/v1/hooks/{platform}/{id}", Public),
    rule("hook.consent", "GET", "/api/v1/hooks/{platform}/consent", Public),
    rule("shop.list", "GET", "/api/v1/shops", SignedIn),
    rule("shop.connect", "POST", "/api/v1/shops", Roles(&[ProducerMember])),
    rule("shop.get", "GET", "/api/v1/shops/{id}", SignedIn),
    rule("shop.update", "PATCH", "/api/v1/shops/{id}", Roles(&[ProducerMember])),
    rule("shop.close", "DELETE", "/api/v1/shops/{id}", Roles(&[ProducerMember])),
    rule("shop.consent", "POST", "/api/v1/shops/{id}/consent", Roles(&[ProducerMember])),
    rule("shop.sync", "POST", "/api/v1/shops/{id}/sync", Roles(&[ProducerMember])),
    rule("shop.pull_orders", "POST", "/api/v1/shops/{id}/pull-orders", Roles(&[ProducerMember])),
    rule("shop.orphans", "GET", "/api/v1/shops/{id}/orphans", SignedIn),
    rule(
        "shop.adopt_orphan",
        "POST",
        "/api/v1/shops/{id}/orphans/{orphan_id}/adopt",
        Roles(&[ProducerMember]),
    ),
    rule(
        "shop.ignore_orphan",
        "POST",
        "/api/v1/shops/{id}/orphans/{orphan_id}/ignore",
        Roles(&[ProducerMember]),
    ),
    rule("shop.export", "GET", "/api/v1/shops/{id}/export", Roles(HANDS)),
    rule("shop.order_mapping", "GET", "/api/v1/shops/{id}/orders/mapping", Roles(HANDS)),
    rule("shop.set_order_mapping", "PUT", "/api/v1/shops/{id}/orders/mapping", Roles(HANDS)),
    rule("shop.import_orders", "POST", "/api/v1/shops/{id}/orders/import", Roles(HANDS)),
    rule("listing.record", "POST", "/api/v1/listings/{id}/submission", Roles(HANDS)),
    rule("listing.list", "GET", "/api/v1/listings", SignedIn),
    rule("listing.create", "POST", "/api/v1/listings", Roles(&[ProducerMember])),
    rule("listing.get", "GET", "/api/v1/listings/{id}", SignedIn),
    rule("listing.troubled", "GET", "/api/v1/listings/issues", SignedIn),
    rule("listing.settle", "POST", "/api/v1/listings/{id}/drift", Roles(&[ProducerMember])),
    rule("listing.update", "PATCH", "/api/v1/listings/{id}", Roles(&[ProducerMember])),
    rule("listing.preview", "POST", "/api/v1/listings/{id}/preview", SignedIn),
    rule("listing.sync", "POST", "/api/v1/listings/{id}/sync", Roles(&[ProducerMember])),
    rule("listing.withdraw", "POST", "/api/v1/listings/{id}/withdraw", Roles(&[ProducerMember])),
    rule("listing.attempts", "GET", "/api/v1/listings/{id}/attempts", SignedIn),
    rule("listing.issues", "GET", "/api/v1/listings/{id}/issues", SignedIn),
    rule("sale.list", "GET", "/api/v1/sales", SignedIn),
    rule("sale.declare", "POST", "/api/v1/sales", Roles(&[ProducerMember, CommuneOfficer, ProvincialOfficer])),
    rule("sale.get", "GET", "/api/v1/sales/{id}", SignedIn),
    rule("sale.update", "PATCH", "/api/v1/sales/{id}", Roles(&[ProducerMember, CommuneOfficer, ProvincialOfficer])),
    rule("shipment.list", "GET", "/api/v1/shipments", SignedIn),
    rule("shipment.create", "POST", "/api/v1/shipments", Roles(&[ProducerMember])),
    rule("shipment.get", "GET", "/api/v1/shipments/{id}", SignedIn),
    rule("shipment.refresh", "POST", "/api/v1/shipments/{id}/refresh", Roles(&[ProducerMember])),
    rule("shipment.settle", "POST", "/api/v1/shipments/{id}/settlement", Roles(&[ProducerMember])),
    rule("shipment.cancel", "POST", "/api/v1/shipments/{id}/cancel", Roles(&[ProducerMember])),
    rule("sale.delete", "DELETE", "/api/v1/sales/{id}", Roles(&[ProducerMember, CommuneOfficer, ProvincialOfficer])),
];

/// Where a request leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// To this operation.
    To(&'static Rule),
    /// The address has only these methods.
    Methods(Vec<&'static str>),
    /// To no address of the API.
    Nowhere,
}

/// The rows as a tree of path segments.
#[derive(Default)]
struct Node {
    words: HashMap<&'static str, Node>,
    /// Parameters with an ending: `{number}.pdf`.
    endings: HashMap<&'static str, Node>,
    parameter: Option<Box<Node>>,
    rules: Vec<&'static Rule>,
}

static TREE: LazyLock<Node> = LazyLock::new(|| {
    let mut root = Node::default();
    for rule in RULES {
        let mut node = &mut root;
        for segment in rule.path.split('/') {
            node = match segment.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
                None => node.words.entry(segment).or_default(),
                Some((_, "")) => node.parameter.get_or_insert_default(),
                Some((_, ending)) => node.endings.entry(ending).or_default(),
            };
        }
        node.rules.push(rule);
    }
    root
});

impl Node {
    fn find<'p>(&self, mut segments: impl Iterator<Item = &'p str> + Clone) -> Option<&Self> {
        let Some(segment) = segments.next() else { return (!self.rules.is_empty()).then_some(self) };
        let word = self.words.get(segment).and_then(|node| node.find(segments.clone()));
        // A parameter is a whole segment with something in it.
        let parameter = || self.parameter.as_ref().filter(|_| !segment.is_empty())?.find(segments.clone());
        let ending = || {
            let fits = |ending: &str| segment.len() > ending.len() && segment.ends_with(ending);
            let (_, node) = self.endings.iter().find(|(ending, _)| fits(ending))?;
            node.find(segments.clone())
        };
        word.or_else(ending).or_else(parameter)
    }
}

/// Where a request leads. `path` is the decoded path that the router matches, never the one on the wire: `%61` is `a`
/// to the router, so it must be here.
pub fn route(method: &Method, path: &str) -> Route {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    let Some(node) = TREE.find(path.split('/')) else { return Route::Nowhere };
    match node.rules.iter().find(|rule| rule.method == method) {
        Some(rule) => Route::To(rule),
        None => Route::Methods(node.rules.iter().map(|rule| rule.method).collect()),
    }
}

impl Rule {
    /// Whether an account with these roles may call the operation.
    pub fn admits(&self, roles: &[Role]) -> bool {
        match self.who {
            Public | SignedIn => true,
            Roles(allowed) => roles.iter().any(|role| allowed.contains(role)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(method: Method, path: &str) -> &'static str {
        match route(&method, path) {
            Route::To(rule) => rule.op,
            Route::Methods(_) => "405",
            Route::Nowhere => "404",
        }
    }

    #[test]
    fn paths_lead_to_their_rows() {
        assert_eq!(op(Method::GET, "/api/v1/accounts"), "account.list");
        assert_eq!(op(Method::HEAD, "/api/v1/accounts/acc_1"), "account.get");
        assert_eq!(op(Method::DELETE, "/api/v1/accounts/acc_1"), "405");
        for path in ["", "/", "/api/v1", "/api/v1/accounts/", "/api/v1//accounts", "/api/v1/accounts/a/b"] {
            assert_eq!(op(Method::GET, path), "404", "{path}");
        }
    }

    #[test]
    fn every_row_is_reached_by_its_own_path() {
        for rule in RULES {
            let path: Vec<_> = rule
                .path
                .split('/')
                .map(|s| s.split_once('}').map_or(s.into(), |(_, end)| format!("x{end}")))
                .collect();
            let method = Method::from_bytes(rule.method.as_bytes()).unwrap();
            assert_eq!(op(method, &path.join("/")), rule.op);
        }
    }
}
