//! A dossier as the API answers it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::criteria::http::PreviewOut;
use crate::db::Conn;
use crate::error::{Lang, Result, Text};
use crate::http::Reply;
use crate::ids::{DossierId, PaperId, ProducerId, ProductId};
use crate::instant::Instant;
use crate::product::PaperKind;
use crate::values::Points;

use super::super::state::day;
use super::super::{
    CommuneReport, Delivery, Dossier, Dropped, Filed, Kind, Origin, Reason, Registration, Reminded, Reminder,
    Round, Samples, Stage, Status,
};

/// A dossier in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DossierLine)]
pub(super) struct LineOut {
    id: DossierId,
    product_id: ProductId,
    /// The product's name as filed.
    product_name: String,
    producer_id: ProducerId,
    /// The producer's name as filed.
    producer_name: String,
    #[schema(example = "19")]
    province_code: String,
    #[schema(example = "05503")]
    commune_code: String,
    kind: Kind,
    /// The scheme it is scored by.
    #[schema(example = "qd26-2026")]
    scheme: String,
    /// Number of its criteria set, 1 to 26.
    criteria_set: u8,
    stage: Stage,
    status: Status,
    /// Total of the self-assessment.
    self_total: Option<Points>,
    /// Last day on which whoever has it is to act; `null` while no clock runs.
    due_on: Option<NaiveDate>,
    /// Whether that day has passed.
    overdue: bool,
    /// The round it is in.
    #[schema(example = "19-2026-2")]
    round: Option<String>,
    /// First filed.
    filed_at: Option<Instant>,
    created_at: Instant,
    updated_at: Instant,
}

impl LineOut {
    /// A dossier as it stands today.
    pub(super) fn of(d: &Dossier, today: NaiveDate) -> Self {
        Self {
            id: d.id,
            product_id: d.product_id,
            product_name: d.product_name.clone(),
            producer_id: d.producer_id,
            producer_name: d.producer_name.clone(),
            province_code: d.province_code.clone(),
            commune_code: d.commune_code.clone(),
            kind: d.kind,
            scheme: d.scheme.clone(),
            criteria_set: d.set_no,
            stage: d.stage,
            status: d.status,
            self_total: d.self_total,
            due_on: d.due_on,
            overdue: d.overdue(today),
            round: d.round_code.clone(),
            filed_at: d.filed_at,
            created_at: d.created_at,
            updated_at: d.updated_at,
        }
    }
}

/// A dossier with its forms.
#[derive(Serialize, ToSchema)]
#[schema(as = Dossier)]
pub(super) struct DossierOut {
    #[serde(flatten)]
    line: LineOut,
    /// Form 01.
    registration: Registration,
    /// Form 02.
    self_assessment: SelfAssessmentOut,
    /// Papers by criterion.
    documents: Vec<DocumentOut>,
    /// Form 03.
    commune_report: Option<CommuneReport>,
    /// Why it was last returned.
    return_reasons: Vec<Reason>,
    /// The dates of its round.
    round_dates: Option<RoundDatesOut>,
    /// Samples handed in.
    samples: SamplesOut,
    /// What an upgrade or renewal began from; `null` for a first rating.
    origin: Option<OriginOut>,
    /// Reminders of its due dates, the oldest first.
    reminders: Vec<ReminderOut>,
    /// Last submitted to the commune.
    submitted_at: Option<Instant>,
    /// Forwarded to the province.
    forwarded_at: Option<Instant>,
    /// Accepted by the province.
    accepted_at: Option<Instant>,
    /// Concluded by a council.
    concluded_at: Option<Instant>,
    /// Decided.
    decided_at: Option<Instant>,
}

/// Form 02 and what it alone would bring.
#[derive(Serialize, ToSchema)]
#[schema(as = SelfAssessment)]
struct SelfAssessmentOut {
    /// Code of a leaf to the id of the option chosen.
    #[schema(example = json!({"1.1": "1.1-3"}))]
    choices: BTreeMap<String, String>,
    /// The case declared, for a set with cases.
    tourism_case: Option<u8>,
    /// Points, star, floors and open matters; `null` where the choices no longer fit the product's criteria set,
    /// or the scheme is one of which only the frame is known.
    preview: Option<PreviewOut>,
}

/// A paper that supports a criterion.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierDocument)]
pub(super) struct DocumentOut {
    paper_id: PaperId,
    /// Code of a leaf of the criteria set.
    #[schema(example = "6.1")]
    criterion: String,
    kind: PaperKind,
    title: String,
    /// Number on the paper.
    number: Option<String>,
    issued_on: Option<NaiveDate>,
    /// The last day it is good.
    expires_on: Option<NaiveDate>,
    /// Whether that day has passed.
    expired: bool,
    /// Path of its file, for whoever sees the dossier.
    url: String,
}

impl DocumentOut {
    /// A paper of a dossier as it stands today.
    pub(super) fn of(dossier: DossierId, paper: Filed, today: NaiveDate) -> Self {
        let expired = paper.expired(today);
        let Filed { paper_id, criterion, kind, title, number, issued_on, expires_on } = paper;
        let url = format!("/api/v1/dossiers/{dossier}/documents/{paper_id}");
        Self { paper_id, criterion, kind, title, number, issued_on, expires_on, expired, url }
    }
}

/// The dates of a dossier's round.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierRound)]
struct RoundDatesOut {
    #[schema(example = "19-2026-2")]
    code: String,
    /// Last day on which a dossier arrives in time.
    closes_on: NaiveDate,
    /// Last day of the evaluation.
    ends_on: NaiveDate,
    /// The running round it came too late for.
    missed: Option<String>,
    /// What is told of that.
    notice: Option<String>,
}

impl RoundDatesOut {
    fn of((round, missed): (Round, Option<Round>), lang: Lang) -> Self {
        let notice = missed.as_ref().map(|missed| {
            let (closed, next, end) = (day(missed.closes_on), day(round.closes_on), day(round.ends_on));
            let text = Text::new(
                format!(
                    "Hồ sơ đến sau ngày chốt {closed} của đợt {} nên vào đợt {} (chốt {next}, xong {end}).",
                    missed.code, round.code
                ),
                format!(
                    "The dossier arrived after round {} closed on {closed}, so it is in round {} (closes {next}, ends \
                     {end}).",
                    missed.code, round.code
                ),
            );
            text.get(lang).to_owned()
        });
        Self {
            code: round.code.to_string(),
            closes_on: round.closes_on,
            ends_on: round.ends_on,
            missed: missed.map(|missed| missed.code.to_string()),
            notice,
        }
    }
}

/// Samples of a dossier.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierSamples)]
struct SamplesOut {
    /// How many its criteria set asks for.
    required: i32,
    /// How many came in.
    received: i32,
    /// How many are still to come.
    missing: i32,
    /// When and how they came in.
    deliveries: Vec<DeliveryOut>,
}

/// Samples that came in at once.
#[derive(Serialize, ToSchema)]
#[schema(as = SampleDelivery)]
struct DeliveryOut {
    received_on: NaiveDate,
    count: i32,
    note: Option<String>,
    created_at: Instant,
}

impl From<Samples> for SamplesOut {
    fn from(samples: Samples) -> Self {
        let missing = samples.missing();
        let Samples { required, received, deliveries } = samples;
        let delivery = |d: Delivery| DeliveryOut {
            received_on: d.received_on,
            count: d.count,
            note: d.note,
            created_at: d.created_at,
        };
        Self { required, received, missing, deliveries: deliveries.into_iter().map(delivery).collect() }
    }
}

/// What an upgrade or renewal began from.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierOrigin)]
struct OriginOut {
    /// The product's last recognised dossier; `null` where its certificate is older than this program.
    dossier_id: Option<DossierId>,
    /// What of it could not be taken over.
    dropped: Vec<DroppedOut>,
}

/// Something of the dossier before that could not be taken over.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierDropped)]
struct DroppedOut {
    /// JSON pointer into the dossier before.
    pointer: String,
    /// Stable code.
    code: String,
    /// Why.
    detail: String,
}

/// A reminder that was recorded.
#[derive(Serialize, ToSchema)]
#[schema(as = DossierReminder)]
struct ReminderOut {
    kind: Reminder,
    due_on: NaiveDate,
    reminded_at: Instant,
}

fn origin_out(origin: Origin, lang: Lang) -> OriginOut {
    let dropped =
        |d: Dropped| DroppedOut { detail: d.text().get(lang).to_owned(), pointer: d.pointer, code: d.code };
    OriginOut { dossier_id: origin.previous_id, dropped: origin.dropped.into_iter().map(dropped).collect() }
}

/// The whole dossier as an answer: 201 with its address, or 200.
pub(super) fn whole(
    conn: &mut Conn,
    dossier: Dossier,
    (lang, now): (Lang, Instant),
    location: Option<String>,
) -> Result<Reply> {
    let today = now.date();
    let documents = super::super::filed(conn, &dossier)?;
    let preview = dossier.criteria_set().ok().and_then(|set| set.preview(&dossier.self_sheet).ok());
    let round = super::super::round_of(conn, &dossier)?;
    let samples = super::super::samples(conn, &dossier)?;
    let origin = match dossier.kind {
        Kind::First => None,
        Kind::Upgrade | Kind::Renewal => super::super::origin(conn, dossier.id)?,
    };
    let reminders = super::super::reminders(conn, dossier.id)?;
    let word = match lang {
        Lang::Vi => "vi",
        Lang::En => "en",
    };
    // What is overdue or expired changes with the day, reminders and a round's dates without the dossier.
    let round_tag = round.as_ref().map_or(0, |(round, _)| round.version);
    let tag = format!("{}-{word}-{today}-{}-{round_tag}", dossier.version, reminders.len());
    let out = DossierOut {
        line: LineOut::of(&dossier, today),
        registration: dossier.registration,
        self_assessment: SelfAssessmentOut {
            choices: dossier.self_sheet.choices,
            tourism_case: dossier.self_sheet.tourism_case,
            preview: preview.map(|preview| PreviewOut::told(preview, lang)),
        },
        documents: documents.into_iter().map(|paper| DocumentOut::of(dossier.id, paper, today)).collect(),
        commune_report: dossier.commune_report,
        return_reasons: dossier.return_reasons,
        round_dates: round.map(|round| RoundDatesOut::of(round, lang)),
        samples: samples.into(),
        origin: origin.map(|origin| origin_out(origin, lang)),
        reminders: reminders
            .into_iter()
            .map(|Reminded { dossier_id: _, kind, due_on, reminded_at }| ReminderOut {
                kind,
                due_on,
                reminded_at,
            })
            .collect(),
        submitted_at: dossier.submitted_at,
        forwarded_at: dossier.forwarded_at,
        accepted_at: dossier.accepted_at,
        concluded_at: dossier.concluded_at,
        decided_at: dossier.decided_at,
    };
    let reply = match location {
        Some(location) => Reply::created(location, &out)?,
        None => Reply::ok(&out)?,
    };
    Ok(reply.etag(tag))
}
