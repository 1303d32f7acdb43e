//! Every operation of the policy table, called by nobody and by each role: who is not admitted is refused, who is
//! admitted gets past the guard.

use ocop::actor::Role;
use ocop::http::policy::{RULES, Who};
use reqwest::Method;

use crate::support::client::send;
use crate::support::{Client, TestApp, json};

/// A path of the template that leads to no record.
fn path(template: &str) -> String {
    let path = template.strip_prefix("/api/v1").expect("every operation is under /api/v1");
    let segments =
        path.split('/').map(|s| s.split_once('}').map_or(s.into(), |(_, end)| format!("none{end}")));
    segments.collect::<Vec<_>>().join("/")
}

async fn status(who: &Client, method: &str, template: &str) -> u16 {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let request = who.request(method.clone(), &path(template));
    let request = if method == Method::GET { request } else { request.json(&json!({})) };
    send(request).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_admits_whom_the_table_says_and_nobody_else() {
    let t = TestApp::new().await;
    let mut people = Vec::new();
    for role in Role::ALL {
        let place = match role {
            Role::CommuneOfficer => Some("05503"),
            r if r.of_province() => Some("19"),
            _ => None,
        };
        people.push((*role, t.actor(&role.as_str().replace('_', "-"), &[*role], place, None).await));
    }
    let nobody = t.anonymous();
    let mut faults = Vec::new();
    for rule in RULES {
        // Signing in answers 401 for reasons of its own.
        if rule.op.starts_with("auth.") && rule.who == Who::Public {
            continue;
        }
        let answer = status(&nobody, rule.method, rule.path).await;
        if (answer == 401) == (rule.who == Who::Public) {
            faults.push(format!("{}: nobody gets {answer}", rule.op));
        }
        for (role, person) in &people {
            let answer = status(person, rule.method, rule.path).await;
            let admitted = rule.admits(&[*role]);
            if answer >= 500 || answer == 401 || (answer == 403) == admitted {
                faults.push(format!("{}: {role} gets {answer}, admitted: {admitted}", rule.op));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
