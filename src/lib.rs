//! `ocop`: the backend of Viet Nam's OCOP programme (One Commune One Product, *Mỗi xã một sản phẩm*).

pub mod criteria;
pub mod place;
pub mod text;
pub mod values;
