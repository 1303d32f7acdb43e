//! The platforms of the demo: a simulator each, since none of the real ones can be reached without an agreement or keys.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::platform::sim::{
    SimHandle, market, my_vnpost, partner, sendo, shopify, viettel_post, woocommerce,
};

/// A place where the story's tea is sold.
#[derive(Clone, Debug)]
pub struct Stall {
    /// Key of the platform.
    pub platform: &'static str,
    /// What the story calls it.
    pub title: &'static str,
    /// Address of its simulator.
    pub simulator: String,
    /// What a shop gives to connect.
    pub credentials: Value,
    /// What the cooperative chooses for its listing.
    pub settings: Value,
    /// How many boxes buyers order, one order after the other.
    pub buys: &'static [i64],
}

/// A carrier by which the cooperative sends what it sells by itself.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// Key of the platform.
    pub platform: &'static str,
    /// What the story calls it.
    pub title: &'static str,
    /// Address of its simulator.
    pub simulator: String,
    /// What a shop gives to connect.
    pub credentials: Value,
    /// Whether it tells by webhook how a parcel stands; otherwise it is asked.
    pub tells: bool,
    /// Its code of a parcel that was delivered.
    pub delivered: i64,
    /// Boxes in each parcel.
    pub parcels: &'static [i64],
}

impl Carrier {
    /// Boxes that are sent by it.
    pub fn sent(&self) -> i64 {
        self.parcels.iter().sum()
    }
}

/// Every stall and carrier, and the simulators that must live as long as they do.
pub struct Fair {
    /// The stalls.
    pub stalls: Vec<Stall>,
    /// The carriers.
    pub carriers: Vec<Carrier>,
    /// Addresses for the service's settings, by platform.
    pub hosts: BTreeMap<String, String>,
    _simulators: Vec<SimHandle>,
}

impl Fair {
    /// Starts the simulators of all platforms in the story.
    ///
    /// # Errors
    /// A simulator that cannot start.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut fair = Self {
            stalls: Vec::new(),
            carriers: Vec::new(),
            hosts: BTreeMap::new(),
            _simulators: Vec::new(),
        };
        let journal = Some(folder.join("sendo.journal"));
        let simulator = sendo::start(sendo::Options { journal, ..sendo::Options::new(Clock::System) })?;
        fair.hosts.insert("sendo".to_owned(), simulator.base_url.clone());
        fair.stalls.push(Stall::sendo(&simulator.base_url));
        fair._simulators.push(simulator);
        let partners: [(_, _, _, &[i64]); 3] = [
            ("c_thai_nguyen", "C-Thái Nguyên", partner::Auth::ApiKey, &[2]),
            ("voso", "Voso", partner::Auth::OauthClient, &[1, 1]),
            ("buudien", "Buudien.vn (Postmart)", partner::Auth::Hmac, &[3]),
        ];
        for (platform, title, auth, buys) in partners {
            let review = market::Review::AfterReads(1);
            let simulator = partner::start(partner::Options { port: 0, auth, review, clock: Clock::System })?;
            let credentials = json!({
                "base_url": simulator.base_url, "client_id": partner::CLIENT_ID,
                "client_secret": partner::CLIENT_SECRET,
            });
            let address = simulator.base_url.clone();
            let settings = json!({"stock": 40});
            fair.stalls.push(Stall { platform, title, simulator: address, credentials, settings, buys });
            fair._simulators.push(simulator);
        }
        fair.own_shops()?;
        fair.carry()?;
        Ok(fair)
    }

    /// Boxes that are sold in the whole story.
    pub fn sold(&self) -> i64 {
        let bought: i64 = self.stalls.iter().map(Stall::bought).sum();
        self.carriers.iter().map(Carrier::sent).sum::<i64>().saturating_add(bought)
    }

    /// The two carriers of the programme.
    fn carry(&mut self) -> io::Result<()> {
        let sender = json!({
            "sender_name": "HTX chè Hảo Đạt", "sender_phone": "0208000001",
            "sender_address": "Xóm Nam Tân, xã Tân Cương, Thái Nguyên",
        });
        let with = |keys: Value| {
            let (mut all, Value::Object(keys)) = (sender.clone(), keys) else { return sender.clone() };
            if let Some(all) = all.as_object_mut() {
                all.extend(keys);
            }
            all
        };
        let simulator = viettel_post::start(0, Clock::System)?;
        self.hosts.insert("viettel_post".to_owned(), simulator.base_url.clone());
        self.carriers.push(Carrier {
            platform: "viettel_post",
            title: "Viettel Post",
            simulator: simulator.base_url.clone(),
            credentials: with(json!({
                "username": viettel_post::USERNAME, "password": viettel_post::PASSWORD,
                "webhook_token": viettel_post::WEBHOOK_TOKEN,
            })),
            tells: true,
            delivered: 501,
            parcels: &[2, 1],
        });
        self._simulators.push(simulator);
        let simulator = my_vnpost::start(0, Clock::System)?;
        self.hosts.insert("vnpost".to_owned(), simulator.base_url.clone());
        self.carriers.push(Carrier {
            platform: "vnpost",
            title: "VNPost (MyVNPost)",
            simulator: simulator.base_url.clone(),
            credentials: with(json!({
                "username": my_vnpost::USERNAME, "password": my_vnpost::PASSWORD,
                "customer_code": my_vnpost::CUSTOMER, "service": my_vnpost::SERVICE,
            })),
            tells: false,
            delivered: 90,
            parcels: &[4],
        });
        self._simulators.push(simulator);
        Ok(())
    }

    /// Two shops of the cooperative's own.
    fn own_shops(&mut self) -> io::Result<()> {
        let simulator = woocommerce::start(woocommerce::Options::new(Clock::System))?;
        self.stalls.push(Stall {
            platform: "woocommerce",
            title: "its own shop (WooCommerce)",
            simulator: simulator.base_url.clone(),
            credentials: json!({
                "base_url": simulator.base_url, "consumer_key": "ck_demo_key_of_the_shop",
                "consumer_secret": "cs_demo_secret_of_the_shop",
            }),
            settings: json!({"category": "17", "stock": 40}),
            buys: &[2, 2],
        });
        self._simulators.push(simulator);
        let simulator = shopify::start(0, Clock::System)?;
        self.stalls.push(Stall {
            platform: "shopify",
            title: "Shopify",
            simulator: simulator.base_url.clone(),
            credentials: json!({
                "base_url": simulator.base_url, "access_token": shopify::TOKEN, "client_secret": shopify::SECRET,
            }),
            settings: json!({"stock": 40}),
            buys: &[1],
        });
        self._simulators.push(simulator);
        Ok(())
    }
}

impl Stall {
    /// Sendo's, at this simulator.
    pub fn sendo(simulator: &str) -> Self {
        Self {
            platform: "sendo",
            title: "Sendo",
            simulator: simulator.to_owned(),
            credentials: json!({"shop_key": "demo-shop", "secret_key": "demo-secret"}),
            settings: json!({"category": "1001", "stock": 40}),
            buys: &[2, 1, 3],
        }
    }

    /// Boxes that are bought here.
    pub fn bought(&self) -> i64 {
        self.buys.iter().sum()
    }
}
