//! `/notices`.

use actix_web::{HttpRequest, HttpResponse, get, web};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::actor::Actor;
use crate::app::App;
use crate::db::page::Want;
use crate::error::Result;
use crate::http::{List, Query, page};
use crate::ids::{NoticeId, ProducerId};
use crate::instant::Instant;

use super::Notice;

/// The routes of this noun.
pub fn routes(config: &mut crate::http::Routes<'_, '_>) {
    config.service(list);
}

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notice)]
struct NoticeOut {
    id: NoticeId,
    #[schema(example = "certificate.expiring")]
    kind: String,
    /// The record it is about.
    subject_id: String,
    producer_id: ProducerId,
    /// The words in Vietnamese.
    text_vi: String,
    /// The words in English.
    text_en: String,
    /// The day that matters in it.
    due_on: Option<NaiveDate>,
    created_at: Instant,
}

impl From<Notice> for NoticeOut {
    fn from(row: Notice) -> Self {
        let Notice {
            id,
            kind,
            subject_id,
            producer_id,
            commune_code: _,
            province_code: _,
            text_vi,
            text_en,
            due_on,
            created_at,
        } = row;
        Self { id, kind, subject_id, producer_id, text_vi, text_en, due_on, created_at }
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// About one record: its id.
    #[param(max_length = 40)]
    subject_id: Option<String>,
    /// Rows per page.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What one's own producer or the producers of one's place are told, the newest first.
#[utoipa::path(tag = "notices", params(ListQuery), responses((status = 200, body = List<NoticeOut>)))]
#[get("/notices")]
async fn list(
    req: HttpRequest,
    app: web::Data<App>,
    Query(q): Query<ListQuery>,
    actor: Actor,
) -> Result<HttpResponse> {
    let ListQuery { subject_id, limit, cursor } = q;
    let want = Want::of(limit, cursor.as_deref())?;
    let look =
        move |conn: &mut crate::db::Conn| super::list(conn, &actor.reach, subject_id.as_deref(), &want);
    let rows = app.db.read("notice.list", look).await?;
    page(&req, rows.map(NoticeOut::from))
}
