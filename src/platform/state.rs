//! The words of the noun: what a platform is, what can be asked of it and what it can answer. Pure.

mod answer;
mod consent;
mod content;
mod descriptor;
mod exchange;
mod hook;
mod issue;
mod op;
mod outcome;
mod parcel;
mod picture;
mod registry;
mod status;
mod unreached;

pub use answer::{
    Answer, Attribute, Category, Expiry, ItemResult, ListedProduct, Media, OrderLine, OrderPage, OrderStatus,
    ProductPage, RemoteOrder, RemoteProduct, TokenGrant,
};
pub use consent::{ConsentRefused, ConsentReply, Consented};
pub use content::{AttributeChoice, AttributeValue, CertificateContent, ListingContent};
pub use descriptor::{AuthField, Capability, ConsentPart, Descriptor, Kind, Limits, Status};
pub use exchange::{Credentials, HttpReply, HttpSpec, Method, Rate, Secret, Token, Upload};
pub use hook::{Hook, HookCall, HookRefused, News, same};
pub use issue::{Issue, Label, SettingError, Severity, Text};
pub use op::{Offer, Op, OrderWindow, order_windows};
pub use outcome::{Class, Failure, FieldError, Outcome};
pub use parcel::{Consignment, Goods, ParcelNews, ParcelOp, ParcelSeen, Receiver, Stage};
pub use picture::{PictureSize, picture_issues};
pub use registry::{
    HARAVAN, LAZADA, PLATFORMS, SAPO, SENDO, SHOPEE, SHOPIFY, SITE_SETTING as SITE, TIKI, TIKTOK_SHOP,
    VIETTEL_POST, VNPOST, WOOCOMMERCE,
};
