//! `/dossiers/{id}/reviews` and `/dossiers/{id}/tests`: the advisory team's work on a dossier.

use actix_web::{HttpRequest, HttpResponse, get, patch, post, put, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::actor::Actor;
use crate::app::App;
use crate::db::Conn;
use crate::db::page::Page;
use crate::error::Result;
use crate::http::{Body, List, NoQuery, Patch, Path, Query, Reply, Write, page};
use crate::ids::{AccountId, DossierId, PaperId, ReviewId, TestId};
use crate::instant::Instant;

use super::super::{NewReview, NewTest, Recommendation, RequestedTest, Review, TestPatch, TestStatus, Visit};

/// What an advisor wrote about a dossier.
#[derive(Serialize, ToSchema)]
#[schema(as = Review)]
struct ReviewOut {
    id: ReviewId,
    dossier_id: DossierId,
    /// Whose.
    account_id: AccountId,
    full_name: String,
    recommendation: Recommendation,
    opinion: String,
    /// What was seen where the product is made.
    visit: Option<Visit>,
    created_at: Instant,
    updated_at: Instant,
}

impl From<Review> for ReviewOut {
    fn from(review: Review) -> Self {
        let Review {
            id,
            dossier_id,
            account_id,
            full_name,
            recommendation,
            opinion,
            visit,
            version: _,
            created_at,
            updated_at,
        } = review;
        Self { id, dossier_id, account_id, full_name, recommendation, opinion, visit, created_at, updated_at }
    }
}

/// A review to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReviewIn {
    recommendation: Recommendation,
    #[schema(min_length = 1, max_length = 10000)]
    opinion: String,
    /// What was seen where the product is made; absent without a visit.
    visit: Option<Visit>,
}

impl From<ReviewIn> for NewReview {
    fn from(ReviewIn { recommendation, opinion, visit }: ReviewIn) -> Self {
        Self { recommendation, opinion, visit }
    }
}

/// The advisory team's reviews of a dossier, the oldest first: for staff and for the council.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = List<ReviewOut>)))]
#[get("/dossiers/{id}/reviews")]
pub(super) async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    let work = move |conn: &mut Conn| super::super::reviews(conn, &actor, id);
    let data = app.db.read("review.list", work).await?.into_iter().map(ReviewOut::from).collect();
    page(&req, Page { data, next: None })
}

/// Review an accepted dossier, as one of the province's advisory team.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), request_body = ReviewIn,
    responses((status = 201, body = ReviewOut)))]
#[post("/dossiers/{id}/reviews")]
pub(super) async fn create(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    Body(input): Body<ReviewIn>,
) -> Result<HttpResponse> {
    let new = input.into();
    write
        .run("review.create", move |tx, actor, now| {
            let review = super::super::review(tx, actor, id, &new, now)?;
            let (location, version) =
                (format!("/api/v1/dossiers/{id}/reviews/{}", review.id), review.version);
            Ok(Reply::created(location, &ReviewOut::from(review))?.etag(version))
        })
        .await
}

/// Write one's review anew.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("review_id" = ReviewId, Path),
    ("If-Match" = String, Header)), request_body = ReviewIn, responses((status = 200, body = ReviewOut)))]
#[put("/dossiers/{id}/reviews/{review_id}")]
pub(super) async fn revise(
    write: Write,
    _: Query<NoQuery>,
    Path((id, review)): Path<(DossierId, ReviewId)>,
    Body(input): Body<ReviewIn>,
) -> Result<HttpResponse> {
    let (version, new) = (write.version()?, NewReview::from(input));
    write
        .run("review.update", move |tx, actor, now| {
            let review = super::super::revise(tx, actor, (id, review), version, &new, now)?;
            let version = review.version;
            Ok(Reply::ok(&ReviewOut::from(review))?.etag(version))
        })
        .await
}

/// A test that the advisory team asked for.
#[derive(Serialize, ToSchema)]
#[schema(as = RequestedTest)]
struct TestOut {
    id: TestId,
    dossier_id: DossierId,
    /// Who asked.
    requested_by: AccountId,
    /// What is tested.
    what: String,
    laboratory: Option<String>,
    due_on: NaiveDate,
    status: TestStatus,
    /// What came out, or why it was cancelled.
    result: Option<String>,
    /// The paper of the product that proves it.
    paper_id: Option<PaperId>,
    created_at: Instant,
    updated_at: Instant,
}

impl From<RequestedTest> for TestOut {
    fn from(test: RequestedTest) -> Self {
        let RequestedTest {
            id,
            dossier_id,
            requested_by,
            what,
            laboratory,
            due_on,
            status,
            result,
            paper_id,
            version: _,
            created_at,
            updated_at,
        } = test;
        Self {
            id,
            dossier_id,
            requested_by,
            what,
            laboratory,
            due_on,
            status,
            result,
            paper_id,
            created_at,
            updated_at,
        }
    }
}

/// The tests asked for a dossier, the oldest first: for staff and for the council.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), responses((status = 200, body = List<TestOut>)))]
#[get("/dossiers/{id}/tests")]
pub(super) async fn list_tests(
    req: HttpRequest,
    app: web::Data<App>,
    actor: Actor,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
) -> Result<HttpResponse> {
    let work = move |conn: &mut Conn| super::super::tests(conn, &actor, id);
    let data = app.db.read("test.list", work).await?.into_iter().map(TestOut::from).collect();
    page(&req, Page { data, next: None })
}

/// A test to ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TestIn {
    /// What is tested.
    #[schema(min_length = 1, max_length = 10000, example = "Dư lượng thuốc bảo vệ thực vật")]
    what: String,
    #[schema(max_length = 200)]
    laboratory: Option<String>,
    /// Until when; within a year.
    due_on: NaiveDate,
}

/// Ask for a test, as one of the province's advisory team.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path)), request_body = TestIn,
    responses((status = 201, body = TestOut)))]
#[post("/dossiers/{id}/tests")]
pub(super) async fn request_test(
    write: Write,
    _: Query<NoQuery>,
    Path(id): Path<DossierId>,
    Body(input): Body<TestIn>,
) -> Result<HttpResponse> {
    let TestIn { what, laboratory, due_on } = input;
    let new = NewTest { what, laboratory, due_on };
    write
        .run("test.request", move |tx, actor, now| {
            let test = super::super::request_test(tx, actor, id, &new, now)?;
            let (location, version) = (format!("/api/v1/dossiers/{id}/tests/{}", test.id), test.version);
            Ok(Reply::created(location, &TestOut::from(test))?.etag(version))
        })
        .await
}

/// What changes of a test: absent keeps, null clears.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TestChange {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    laboratory: Patch<String>,
    due_on: Option<NaiveDate>,
    /// `received` and `cancelled` need `result`.
    status: Option<TestStatus>,
    /// What came out, or why it is cancelled.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10000)]
    result: Patch<String>,
    /// A paper of the product.
    #[serde(default)]
    #[schema(value_type = Option<PaperId>)]
    paper_id: Patch<PaperId>,
}

/// Note what became of a test.
#[utoipa::path(tag = "dossiers", params(("id" = DossierId, Path), ("test_id" = TestId, Path),
    ("If-Match" = String, Header)), request_body = TestChange, responses((status = 200, body = TestOut)))]
#[patch("/dossiers/{id}/tests/{test_id}")]
pub(super) async fn update_test(
    write: Write,
    _: Query<NoQuery>,
    Path((id, test)): Path<(DossierId, TestId)>,
    Body(input): Body<TestChange>,
) -> Result<HttpResponse> {
    let version = write.version()?;
    let TestChange { laboratory, due_on, status, result, paper_id } = input;
    let patch = TestPatch { laboratory, due_on, status, result, paper_id };
    write
        .run("test.update", move |tx, actor, now| {
            let test = super::super::update_test(tx, actor, (id, test), version, &patch, now)?;
            let version = test.version;
            Ok(Reply::ok(&TestOut::from(test))?.etag(version))
        })
        .await
}
