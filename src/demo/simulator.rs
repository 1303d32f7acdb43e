//! Somebody who buys on the platform's simulator.

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
        let http = reqwest::Client::builder().no_proxy().build().map_err(|e| Failed(e.to_string()))?;
        Ok(Self { http, base: base.to_owned() })
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
        let told = |e: reqwest::Error| Failed(e.to_string());
        let response =
            self.http.post(format!("{}/__sim/orders", self.base)).json(body).send().await.map_err(told)?;
        let status = response.status();
        let body: Value = response.json().await.map_err(told)?;
        if status.is_success() {
            Ok(body)
        } else {
            Err(Failed(format!("the simulator refuses the order: {body}")))
        }
    }
}
