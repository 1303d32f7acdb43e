//! Parcels: what is asked of a carrier and what it answers. The receiver passes through and is kept nowhere.

use serde::{Deserialize, Serialize};

use super::Secret;
use crate::instant::Instant;

/// What can be asked of a carrier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParcelOp {
    /// Make a consignment.
    Create(Box<Consignment>),
    /// Read how a consignment stands: by the carrier's number where it is known, otherwise by our reference. Either way
    /// it has to carry our reference.
    Read {
        /// Our order number.
        reference: String,
        /// The carrier's number, once the carrier has told it.
        number: Option<String>,
    },
    /// Call a consignment off.
    Cancel {
        /// The carrier's number.
        number: String,
        /// What the carrier calls the consignment beside its number, where it gave something.
        handle: Option<String>,
    },
}

/// A consignment to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consignment {
    /// Our order number: the carrier keeps it and finds the consignment by it.
    pub reference: String,
    /// What is in it.
    pub goods: Vec<Goods>,
    /// Weight of the parcel, grams.
    pub weight_g: u32,
    /// Cash to be collected from the receiver, VND.
    pub cod_vnd: i64,
    /// To whom.
    pub receiver: Receiver,
}

impl Consignment {
    /// The goods in one line.
    pub fn contents(&self) -> String {
        let names: Vec<String> = self.goods.iter().map(|g| format!("{} x {}", g.quantity, g.name)).collect();
        names.join(", ")
    }

    /// Pieces in it.
    pub fn pieces(&self) -> i64 {
        self.goods.iter().fold(0, |sum, goods| sum.saturating_add(goods.quantity))
    }

    /// What it is worth, VND.
    pub fn value_vnd(&self) -> i64 {
        self.goods.iter().fold(0, |sum, goods| sum.saturating_add(goods.value_vnd))
    }
}

/// Goods of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Goods {
    /// Name.
    pub name: String,
    /// Pieces.
    pub quantity: i64,
    /// What they are worth together, VND.
    pub value_vnd: i64,
}

/// Who receives a parcel: secrets like keys, so that no record of a call shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Name.
    pub name: Secret,
    /// Phone.
    pub phone: Secret,
    /// Address in one line.
    pub address: Secret,
}

/// How far a parcel is, by the codes that the carrier's documents name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// On its way, also on its way back.
    Moving,
    /// Handed over to the receiver.
    Delivered,
    /// Handed back to the sender.
    Returned,
    /// Lost or destroyed.
    Lost,
    /// A code that the documents do not name: it changes nothing.
    Other,
}

/// A consignment as the carrier shows it. Nothing of its receiver is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelSeen {
    /// The carrier's number.
    pub number: String,
    /// What the carrier calls it beside its number.
    pub handle: Option<String>,
    /// How far it is; `Other` where the carrier said nothing.
    pub stage: Stage,
    /// The carrier's own code of that.
    pub code: Option<String>,
    /// What the carriage costs, VND.
    pub fee_vnd: Option<i64>,
}

/// What a carrier told by itself about a parcel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelNews {
    /// Our order number.
    pub reference: String,
    /// How it stands.
    pub seen: ParcelSeen,
    /// Cash to be collected as the carrier has it, VND: another amount is another parcel.
    pub cod_vnd: Option<i64>,
    /// When the carrier noted it, where that can be read.
    pub at: Option<Instant>,
}

#[cfg(test)]
impl Consignment {
    /// Two boxes of tea for somebody in Ha Noi.
    pub(crate) fn sample() -> Self {
        Self {
            reference: "01KB0000000000000000000000".to_owned(),
            goods: vec![Goods { name: "Trà búp Tân Cương".to_owned(), quantity: 2, value_vnd: 500_000 }],
            weight_g: 450,
            cod_vnd: 500_000,
            receiver: Receiver {
                name: Secret::new("Nguyễn Thị Người Nhận"),
                phone: Secret::new("0987654321"),
                address: Secret::new("12 Hàng Bạc, Hoàn Kiếm, Hà Nội"),
            },
        }
    }
}
