//! What the simulators are moved by: somebody who buys on a platform, and a carrier's people.

use serde_json::{Value, json};

use super::api::{Failed, Step};

/// A buyer on the simulator.
pub struct Buyer {
    http: reqwest::Client,
    base: String,
}

impl Buyer {
    /// A buyer.
    ///
    /// # Errors
    /// An HTTP client that cannot be made.
    pub fn new(base: &str) -> Step<Self> {
        Ok(Self { http: client()?, base: base.to_owned() })
    }

    /// Buys, and receives what was bought.
    ///
    /// # Errors
    /// What the simulator refuses.
    pub async fn order(&self, sku: &str, quantity: i64) -> Step<()> {
        let placed = self.post(&json!({"sku": sku, "quantity": quantity})).await?;
        let received = match placed.pointer("/sales_order/order_number") {
            // Sendo's simulator speaks Sendo's own words: 8 is "completed" in the contract.
            Some(number) => json!({"order_number": number, "status": 8}),
            None => json!({"id": placed.get("id"), "status": "completed"}),
        };
        self.post(&received).await.map(|_| ())
    }

    async fn post(&self, body: &Value) -> Step<Value> {
        control(&self.http, &format!("{}/__sim/orders", self.base), body).await
    }
}

/// A carrier's people, on its simulator.
pub struct Depot {
    http: reqwest::Client,
    base: String,
}

impl Depot {
    /// The people of this simulator.
    ///
    /// # Errors
    /// An HTTP client that cannot be made.
    pub fn new(base: &str) -> Step<Self> {
        Ok(Self { http: client()?, base: base.to_owned() })
    }

    /// Registers where the carrier sends its webhooks.
    ///
    /// # Errors
    /// What the simulator refuses.
    pub async fn tells(&self, url: &str) -> Step<()> {
        control(&self.http, &format!("{}/__sim/webhook", self.base), &json!({"url": url})).await.map(|_| ())
    }

    /// Moves a parcel to the state of this code; what is told by webhook was taken when this returns.
    ///
    /// # Errors
    /// What the simulator refuses, or a webhook that nobody took.
    pub async fn moves(&self, reference: &str, code: i64) -> Step<()> {
        let url = format!("{}/__sim/parcels", self.base);
        let told = control(&self.http, &url, &json!({"reference": reference, "code": code})).await?;
        match (told.get("webhook"), told.get("answered").and_then(Value::as_u64)) {
            (Some(body), answered) if !body.is_null() && answered != Some(200) => {
                Err(Failed(format!("the carrier's webhook was answered with {answered:?}")))
            }
            _ => Ok(()),
        }
    }
}

fn client() -> Step<reqwest::Client> {
    reqwest::Client::builder().no_proxy().build().map_err(|e| Failed(e.to_string()))
}

async fn control(http: &reqwest::Client, url: &str, body: &Value) -> Step<Value> {
    let told = |e: reqwest::Error| Failed(e.to_string());
    let response = http.post(url).json(body).send().await.map_err(told)?;
    let status = response.status();
    let text = response.text().await.map_err(told)?;
    if !status.is_success() {
        return Err(Failed(format!("the simulator refuses {body}: {text}")));
    }
    Ok(serde_json::from_str(&text).unwrap_or_default())
}
