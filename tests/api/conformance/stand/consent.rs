//! The stand's shop before and while its owner consents.

use std::sync::Arc;

use ocop::actor::Role;
use ocop::jobs::{Retry, Worker};

use super::Stand;
use crate::conformance::rows::Row;
use crate::support::client::Answer;
use crate::support::{Client, json};

impl<'a> Stand<'a> {
    /// With a shop that its owner's consent connected, where the platform offers that.
    pub async fn consented(row: &'a Row, by_hand: bool) -> Self {
        if row.consent.is_none() {
            return Self::new(row, by_hand).await;
        }
        let m = Self::waiting(row, by_hand).await;
        let query = m.agree("yes").await;
        assert_eq!(m.back(&query).await.status, 200);
        m.work().await;
        m.is_connected().await;
        m
    }

    /// With a shop that waits for its owner's consent.
    pub async fn waiting(row: &'a Row, by_hand: bool) -> Self {
        let mut m = Self::bare(row, by_hand).await;
        m.shop = m.open(row.consent.unwrap()(), Some(true)).await.is(201).id();
        m.work().await;
        m
    }

    /// Asks a shop's owner, who says yes or no on the platform's page; what the browser is sent back with.
    pub async fn asked_of(&self, shop: &str, answer: &str) -> String {
        let asked = self.coop().post(&format!("/shops/{shop}/consent"), json!({})).await.is(201).body;
        self.clicked(asked["url"].as_str().unwrap(), answer).await
    }

    /// The same of the stand's own shop.
    pub async fn agree(&self, answer: &str) -> String {
        self.asked_of(&self.shop, answer).await
    }

    /// What a browser is sent back with from a platform's page.
    pub async fn clicked(&self, page: &str, answer: &str) -> String {
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let answered = browser.get(format!("{page}&sim_answer={answer}")).send().await.unwrap();
        assert_eq!(answered.status(), 302, "{page}");
        let to = answered.headers()["location"].to_str().unwrap().to_owned();
        let (address, query) = to.split_once('?').unwrap();
        let ours = format!("{}/api/v1/hooks/{}/consent", self.t.app.config.public_url, self.row.platform);
        assert_eq!(address, ours);
        let state = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "state").unwrap();
        self.states.lock().unwrap().push(state.1.into_owned());
        query.to_owned()
    }

    /// The owner's browser comes back.
    pub async fn back(&self, query: &str) -> Answer {
        self.nobody().get(&format!("/hooks/{}/consent?{query}", self.row.platform)).await
    }

    /// A worker of a process that was started anew.
    pub async fn restarted(&self) {
        let worker = Worker::new(
            self.t.app.db.clone(),
            self.t.app.clock.clone(),
            Arc::new(self.t.app.clone()),
            Retry::default(),
            self.t.app.wake.clone(),
        );
        while worker.step().await.unwrap() {}
    }

    /// The service's housekeeping.
    pub async fn tidy(&self) {
        self.t.app.tidy().await.unwrap();
    }

    /// Somebody else, signed in.
    pub async fn somebody(&self, name: &str, role: Role) -> Client {
        let province = (role == Role::ProvincialOfficer).then_some("19");
        let producer = match role {
            Role::ProducerMember => Some(self.t.producer("Hợp tác xã khác", "05503").await),
            _ => None,
        };
        let account = self.t.account(name, &[role], province, producer).await;
        self.t.signed_in(account)
    }
}
