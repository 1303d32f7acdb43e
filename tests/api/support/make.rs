//! Records that tests begin with, made without HTTP.

use ocop::actor::Actor;
use ocop::ids::ProducerId;
use ocop::producer::{self, Kind, Representative, Written};

use super::TestApp;

/// What somebody may write about a cooperative of a commune.
pub fn cooperative(name: &str, commune: &str) -> Written {
    Written {
        name: name.to_owned(),
        kind: Kind::Cooperative,
        enterprise_form: None,
        local_capital_percent: None,
        tax_code: None,
        registration_number: Some("170207000012".to_owned()),
        registered_on: None,
        commune_code: Some(commune.to_owned()),
        province_code: None,
        address: None,
        former_address: None,
        representative: Representative::default(),
        phone: None,
        email: None,
        capacity: None,
    }
}

impl TestApp {
    /// A verified producer as written.
    pub async fn written(&self, written: Written) -> ProducerId {
        let now = self.app.clock.now();
        let write = move |tx: &mut ocop::db::Tx<'_>| {
            producer::register_imported(tx, &Actor::system("test"), &written, true, "test", now)
        };
        self.app.db.write("test.producer", write).await.unwrap().id
    }

    /// A verified cooperative of a commune.
    pub async fn producer(&self, name: &str, commune: &str) -> ProducerId {
        self.written(cooperative(name, commune)).await
    }
}
