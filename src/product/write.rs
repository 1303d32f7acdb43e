//! Writing products: new ones, changes, publishing, archiving; the words they are found by.

use serde_json::Value;

use crate::actor::Actor;
use crate::audit;
use crate::db::{Conn, Json, Tx};
use crate::error::{Code, Error, FieldError, Result};
use crate::event;
use crate::ids::{ProducerId, ProductId};
use crate::instant::Instant;
use crate::producer::{self, Producer};
use crate::text;
use crate::values::Gtin;

use super::state::{self, Status, Verb, Written};
use super::{Attributes, Change, Product, find, store};

/// A new product.
#[derive(Clone, Debug)]
pub struct New {
    /// Whose; a producer's member may leave it out.
    pub producer_id: Option<ProducerId>,
    /// Its fields.
    pub written: Written,
    /// Its attributes.
    pub attributes: Attributes,
}

impl Product {
    /// The fields somebody wrote.
    fn written(&self) -> Result<Written> {
        Ok(Written {
            name: self.name.clone(),
            name_en: self.name_en.clone(),
            criteria_set: self.criteria_set,
            description: self.description.clone(),
            description_en: self.description_en.clone(),
            story: self.story.clone(),
            story_en: self.story_en.clone(),
            price_vnd: self.price_vnd,
            unit: self.unit.clone(),
            net_weight_g: self.net_weight_g.map(i64::from),
            sku: Some(self.sku.clone()),
            gtin: self.gtin.clone(),
            capacity: self.capacity.as_ref().map(Json::get).transpose()?,
            trace_url: self.trace_url.clone(),
        })
    }

    /// Takes over checked fields.
    fn take(&mut self, written: Written, attributes: &Attributes) {
        let Written {
            name,
            name_en,
            criteria_set,
            description,
            description_en,
            story,
            story_en,
            price_vnd,
            unit,
            net_weight_g,
            sku,
            gtin,
            capacity,
            trace_url,
        } = written;
        let folded = text::fold(&name);
        self.sku = sku.unwrap_or_else(|| state::made_up_sku(&folded, self.id.as_str()));
        self.search = format!("{folded} {}", text::fold(&self.sku));
        self.name_key = text::sort_key(&name);
        self.name = name;
        self.name_en = name_en;
        self.criteria_set = criteria_set;
        self.description = description;
        self.description_en = description_en;
        self.story = story;
        self.story_en = story_en;
        self.price_vnd = price_vnd;
        self.unit = unit;
        self.net_weight_g = net_weight_g.and_then(|g| i32::try_from(g).ok());
        self.gtin = gtin;
        self.attributes = Json::of(&attributes.0);
        self.capacity = capacity.as_ref().map(Json::of);
        self.trace_url = trace_url;
    }

    /// Whether an actor may write it.
    pub fn is_written_by(&self, actor: &Actor) -> bool {
        state::writes(actor, self.producer_id, self.commune_code.as_deref(), &self.province_code)
    }
}

/// What the audit trail keeps of a product.
fn shown(product: &Product) -> Value {
    serde_json::json!({
        "producer_id": product.producer_id, "name": product.name, "criteria_set": product.criteria_set,
        "price_vnd": product.price_vnd, "unit": product.unit, "net_weight_g": product.net_weight_g,
        "sku": product.sku, "gtin": product.gtin, "status": product.status, "source": product.source,
    })
}

/// Tells the log of public changes, when the public sees or saw the product.
pub(super) fn announce(tx: &mut Tx<'_>, before: Status, after: &Product, now: Instant) {
    let public = |status| status == Status::Published;
    let kind = match (public(before), public(after.status)) {
        (false, false) => return,
        (false, true) => event::Kind::Created,
        (true, true) => event::Kind::Updated,
        (true, false) => event::Kind::Withdrawn,
    };
    event::append(tx, kind, after.id.as_str(), &serde_json::json!({"noun": "product"}), now);
}

/// Both checks at once, so that every wrong field is told.
fn checked(written: Written, attributes: &Attributes) -> Result<Written> {
    let wrong = attributes.errors();
    match written.checked() {
        Ok(written) if wrong.is_empty() => Ok(written),
        Ok(_) => Err(Error::invalid(wrong)),
        Err(mut errors) => {
            errors.extend(wrong);
            Err(Error::invalid(errors))
        }
    }
}

/// Refuses a number that another product of the producer has. The table's own rule is the net below.
fn sku_is_free(conn: &mut Conn, producer: ProducerId, sku: &str) -> Result<()> {
    match store::by_sku(conn, producer, sku)? {
        Some(_) => Err(Error::new(Code::SkuTaken)),
        None => Ok(()),
    }
}

fn no_producer(code: &'static str, vi: &'static str, en: &'static str) -> Error {
    Error::invalid(vec![FieldError::new("/producer_id", code, vi, en)])
}

/// Makes a draft.
///
/// # Errors
/// `request.invalid` with a pointer for each field, `auth.forbidden`, `product.producer_inactive`,
/// `product.sku_taken`.
pub fn create(tx: &mut Tx<'_>, actor: &Actor, new: New, now: Instant) -> Result<Product> {
    let New { producer_id, written, attributes } = new;
    let written = checked(written, &attributes)?;
    let id = producer_id.or(actor.reach.producer).ok_or_else(|| {
        no_producer("producer_id.needed", "Cần mã chủ thể của sản phẩm.", "Give the product's producer.")
    })?;
    let producer = producer::find(tx.conn(), &actor.reach, id).map_err(|e| match e.code() {
        Code::NotFound => no_producer(
            "producer_id.unknown",
            "Không có chủ thể này trong phạm vi của bạn.",
            "There is no such producer within your reach.",
        ),
        _ => e,
    })?;
    let place = &producer.details;
    if !state::writes(actor, id, place.commune_code.as_deref(), &place.province_code) {
        return Err(Error::new(Code::Forbidden));
    }
    state::producer_takes_part(producer.status)?;
    insert(tx, actor, &producer, written, &attributes, (Status::Draft, None), "product.create", now)
}

/// Makes a product from an import, published when its source is an official list; a published one may lack what an
/// official list does not give. `source` says where the data comes from.
///
/// # Errors
/// `request.invalid` with a pointer for each field, `product.sku_taken`.
pub fn register_imported(
    tx: &mut Tx<'_>,
    actor: &Actor,
    producer: &Producer,
    written: Written,
    published: bool,
    source: &str,
    now: Instant,
) -> Result<Product> {
    let attributes = Attributes::default();
    let written = checked(written, &attributes)?;
    let status = if published { Status::Published } else { Status::Draft };
    let origin = (status, Some(source.to_owned()));
    let product = insert(tx, actor, producer, written, &attributes, origin, "product.import", now)?;
    if published {
        set_terms(tx, &product, producer)?;
        announce(tx, Status::Draft, &product, now);
    }
    Ok(product)
}

#[allow(clippy::too_many_arguments, reason = "the parts of one row")]
fn insert(
    tx: &mut Tx<'_>,
    actor: &Actor,
    producer: &Producer,
    written: Written,
    attributes: &Attributes,
    (status, source): (Status, Option<String>),
    op: &'static str,
    now: Instant,
) -> Result<Product> {
    if let Some(sku) = &written.sku {
        sku_is_free(tx.conn(), producer.id, sku)?;
    }
    let mut product = Product {
        id: ProductId::new(),
        producer_id: producer.id,
        province_code: producer.details.province_code.clone(),
        commune_code: producer.details.commune_code.clone(),
        name: String::new(),
        name_en: None,
        name_key: String::new(),
        search: String::new(),
        criteria_set: written.criteria_set,
        description: None,
        description_en: None,
        story: None,
        story_en: None,
        price_vnd: None,
        unit: None,
        net_weight_g: None,
        sku: String::new(),
        gtin: None,
        attributes: Json::of(&attributes.0),
        capacity: None,
        trace_url: None,
        status,
        star: None,
        star_score: None,
        star_from: None,
        star_until: None,
        certificate_id: None,
        certificate_number: None,
        source,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    product.take(written, attributes);
    store::insert(tx, &product)?;
    audit::record(tx, actor, op, product.id.as_str(), None::<&()>, Some(&shown(&product)), now);
    Ok(product)
}

/// A product within reach that the actor may write.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`.
pub fn find_to_write(conn: &mut Conn, actor: &Actor, id: ProductId) -> Result<Product> {
    let product = find(conn, &actor.reach, id)?;
    if product.is_written_by(actor) { Ok(product) } else { Err(Error::new(Code::Forbidden)) }
}

/// Changes a product. A published one must keep what publishing needs; one with a valid star keeps its criteria set.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `request.stale`, `product.wrong_status`, `request.invalid`,
/// `product.rated`, `product.incomplete`, `product.sku_taken`.
pub fn update(
    tx: &mut Tx<'_>,
    actor: &Actor,
    id: ProductId,
    version: i32,
    change: Change,
    now: Instant,
) -> Result<Product> {
    let before = find_to_write(tx.conn(), actor, id)?;
    if before.version != version {
        return Err(Error::new(Code::PreconditionFailed));
    }
    state::open_to_writing(before.status)?;
    let old = before.written()?;
    let lacked = old.missing();
    let mut attributes = Attributes::read(&before.attributes)?;
    let written = checked(change.apply(old, &mut attributes), &attributes)?;
    if written.criteria_set != before.criteria_set && before.rating(now).is_some() {
        return Err(Error::new(Code::ProductRated));
    }
    if before.status == Status::Published {
        let lost: Vec<_> = written.missing().into_iter().filter(|error| !lacked.contains(error)).collect();
        if !lost.is_empty() {
            return Err(Error::new(Code::ProductIncomplete).with_fields(lost));
        }
    }
    let mut after = before.clone();
    after.take(written, &attributes);
    if after.sku != before.sku {
        sku_is_free(tx.conn(), after.producer_id, &after.sku)?;
    }
    save(tx, &mut after, now)?;
    if after.status == Status::Published && after.name != before.name {
        let producer = producer::any(tx.conn(), after.producer_id)?;
        set_terms(tx, &after, &producer)?;
    }
    noted(tx, actor, "product.update", &before, &after, now);
    Ok(after)
}

pub(super) fn save(tx: &mut Tx<'_>, product: &mut Product, now: Instant) -> Result<()> {
    product.version += 1;
    product.updated_at = now;
    store::save(tx, product)
}

fn noted(tx: &mut Tx<'_>, actor: &Actor, op: &'static str, before: &Product, after: &Product, now: Instant) {
    audit::record(tx, actor, op, after.id.as_str(), Some(&shown(before)), Some(&shown(after)), now);
    announce(tx, before.status, after, now);
}

/// Makes a published product be found by the words of its name, its producer's public name and its commune.
fn set_terms(tx: &mut Tx<'_>, product: &Product, producer: &Producer) -> Result<()> {
    let commune = product.commune_code.as_deref().and_then(|code| crate::place::places().commune(code));
    let all = format!("{} {} {}", product.name, producer.public_name(), commune.map_or("", |c| c.name));
    store::set_terms(tx, product.id, &product.name_key, &text::terms(&all))
}

/// Publishes, unpublishes, archives or restores a product.
///
/// # Errors
/// `request.not_found`, `auth.forbidden`, `product.wrong_status`; when publishing, `product.producer_inactive` and
/// `product.incomplete` with a pointer for each field that is missing.
pub fn move_on(tx: &mut Tx<'_>, actor: &Actor, id: ProductId, verb: Verb, now: Instant) -> Result<Product> {
    let before = find_to_write(tx.conn(), actor, id)?;
    let mut after = before.clone();
    after.status = state::next(before.status, verb)?;
    let op = match verb {
        Verb::Publish => "product.publish",
        Verb::Unpublish => "product.unpublish",
        Verb::Archive => "product.archive",
        Verb::Restore => "product.restore",
    };
    if verb == Verb::Publish {
        let producer = producer::any(tx.conn(), before.producer_id)?;
        state::producer_takes_part(producer.status)?;
        let missing = before.written()?.missing();
        if !missing.is_empty() {
            return Err(Error::new(Code::ProductIncomplete).with_fields(missing));
        }
        set_terms(tx, &after, &producer)?;
    } else if before.status == Status::Published {
        store::set_terms(tx, id, "", &[])?;
    }
    save(tx, &mut after, now)?;
    noted(tx, actor, op, &before, &after, now);
    Ok(after)
}

/// Brings a producer's products to the producer's place and name of now; call it when either has changed.
///
/// # Errors
/// Faults of the database.
pub fn follow_producer(tx: &mut Tx<'_>, actor: &Actor, producer: &Producer, now: Instant) -> Result<()> {
    let place = &producer.details;
    for before in store::of_producer(tx.conn(), producer.id)? {
        let mut after = before.clone();
        after.province_code.clone_from(&place.province_code);
        after.commune_code.clone_from(&place.commune_code);
        if after.status == Status::Published {
            set_terms(tx, &after, producer)?;
        }
        if after != before {
            save(tx, &mut after, now)?;
            noted(tx, actor, "product.follow_producer", &before, &after, now);
        }
    }
    Ok(())
}

/// What is not wrong with a product, but looks it.
///
/// # Errors
/// Faults of the database.
pub fn warnings(conn: &mut Conn, product: &Product) -> Result<Vec<FieldError>> {
    let Some(gtin) = product.gtin.as_deref().and_then(|g| g.parse::<Gtin>().ok()) else {
        return Ok(Vec::new());
    };
    let long = gtin.to_gtin14();
    // The same number may stand there with fewer zeros in front.
    let forms = [0, 1, 2, 6].into_iter().filter_map(|zeros| {
        let (front, rest) = long.split_at_checked(zeros)?;
        front.bytes().all(|b| b == b'0').then(|| rest.to_owned())
    });
    if !store::gtin_elsewhere(conn, forms.collect(), product.id)? {
        return Ok(Vec::new());
    }
    Ok(vec![FieldError::new(
        "/gtin",
        "gtin.used_elsewhere",
        "Một sản phẩm khác cũng mang mã GTIN này; hãy kiểm tra lại mã vạch.",
        "Another product bears this GTIN; check the bar code.",
    )])
}
