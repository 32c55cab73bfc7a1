//! Contact preferences: subscriptions in SNS are made, changed and removed to match, whoever is faster.

use functions::people::{get_notifications, put_notifications};
use futures::future::join_all;
use lambda_http::{Body, Response};
use serde_json::{Value, json};
use shared::http::problem::ApiError;

use crate::sns::Trouble;
use crate::support::{Bench, body, request};

async fn put(bench: &Bench, account: &str, contact: &Value) -> Result<Response<Body>, ApiError> {
    let asked = request(account, "/me/notifications", &Value::Null, "", contact);
    put_notifications::handle(&bench.deps, asked).await
}

async fn set(bench: &Bench, account: &str, contact: Value) -> Value {
    body(&put(bench, account, &contact).await.unwrap())
}

async fn get(bench: &Bench, account: &str) -> Value {
    let asked = request(account, "/me/notifications", &Value::Null, "", &Value::Null);
    body(&get_notifications::handle(&bench.deps, asked).await.unwrap())
}

fn refusal(outcome: Result<Response<Body>, ApiError>) -> (u16, String) {
    let refused = outcome.unwrap_err().response();
    (refused.status().as_u16(), body(&refused)["errors"][0]["pointer"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_patients_subscriptions_follow_their_preferences() {
    let bench = Bench::new().await;
    assert_eq!(get(&bench, "patient-a").await, json!({}));
    let both = set(&bench, "patient-a", json!({"email": "ana@example.org", "sms": "+14155550100"})).await;
    assert_eq!(
        both,
        json!({"email": "ana@example.org", "emailStatus": "confirmed", "sms": "+14155550100", "smsStatus": "confirmed"})
    );
    assert_eq!(get(&bench, "patient-a").await, both);
    let first = bench.sns.subscriptions().await;
    assert_eq!(bench.sns.told().await, ["email ana@example.org", "sms +14155550100"]);
    let [topic] = &bench.sns.all_topics().await[..] else { panic!("one topic for one person") };
    assert!(topic.starts_with("p-") && !topic.contains("patient"), "{topic}");

    // Another number: the email stays as it is, and confirmed.
    set(&bench, "patient-a", json!({"email": "ana@example.org", "sms": "+14155550101"})).await;
    let second = bench.sns.subscriptions().await;
    assert_eq!(bench.sns.told().await, ["email ana@example.org", "sms +14155550101"]);
    let email = format!("{topic} email ana@example.org");
    assert_eq!(first[&email], second[&email]);

    // Another email: on a topic of its own, so that the former can't be confirmed any more.
    set(&bench, "patient-a", json!({"email": "ana@example.com", "sms": "+14155550101"})).await;
    assert_eq!(bench.sns.told().await, ["email ana@example.com", "sms +14155550101"]);
    assert!(!bench.sns.all_topics().await.contains(topic));
    assert_eq!(bench.sns.all_topics().await.len(), 1);

    // Repeating it changes nothing; it repairs what someone removed.
    let before = bench.sns.subscriptions().await;
    set(&bench, "patient-a", json!({"email": "ana@example.com", "sms": "+14155550101"})).await;
    assert_eq!(bench.sns.subscriptions().await, before);

    assert_eq!(set(&bench, "patient-a", json!({"email": null, "sms": "+14155550101"})).await["email"], Value::Null);
    assert_eq!(bench.sns.told().await, ["sms +14155550101"]);
    assert_eq!(set(&bench, "patient-a", json!({})).await, json!({}));
    assert_eq!(bench.sns.all_topics().await, Vec::<String>::new(), "nothing is left behind");
    assert_eq!(get(&bench, "patient-a").await, json!({}));
}

#[tokio::test]
async fn an_email_is_pending_until_its_holder_confirms_it() {
    let bench = Bench::new().await;
    bench.sns.trouble(Trouble::Unconfirmed);
    let both = set(&bench, "patient-a", json!({"email": "ana@example.org", "sms": "+14155550100"})).await;
    assert_eq!((&both["emailStatus"], &both["smsStatus"]), (&json!("pending"), &json!("confirmed")));
    set(&bench, "patient-a", json!({"email": "ana@example.com", "sms": "+14155550100"})).await;
    assert_eq!(bench.sns.told().await, ["email ana@example.com", "sms +14155550100"], "also one that is pending goes");
    bench.sns.trouble(None);
    assert_eq!(get(&bench, "patient-a").await["emailStatus"], "confirmed");
}

#[tokio::test]
async fn clinicians_subscribe_to_their_pool() {
    let bench = Bench::new().await;
    let told = set(&bench, "clinician-a", json!({"email": "team@example.org"})).await;
    assert_eq!(told["pool"], "clinic", "the one that questions go to");
    set(&bench, "clinician-b", json!({"email": "team@example.org", "sms": "+14155550102"})).await;
    assert_eq!(bench.sns.all_topics().await.len(), 1);
    assert_eq!(bench.sns.told().await, ["email team@example.org", "sms +14155550102"]);

    // What two of them share stays while one of them wants it.
    set(&bench, "clinician-a", json!({"sms": "+14155550103"})).await;
    assert_eq!(bench.sns.told().await, ["email team@example.org", "sms +14155550102", "sms +14155550103"]);
    let moved = set(&bench, "clinician-b", json!({"sms": "+14155550102", "pool": "radiology"})).await;
    assert_eq!(moved["pool"], "radiology");
    assert_eq!(bench.sns.told().await, ["sms +14155550102", "sms +14155550103"]);
    assert_eq!(bench.sns.all_topics().await.len(), 2);
    let topics: Vec<String> = bench.sns.subscriptions().await.into_keys().map(|name| name[..10].to_owned()).collect();
    assert_ne!(topics[0], topics[1], "each in their own pool");

    set(&bench, "clinician-b", json!({})).await;
    assert_eq!(bench.sns.told().await, ["sms +14155550103"]);
    assert_eq!(get(&bench, "clinician-b").await, json!({}));
}

#[tokio::test]
async fn many_at_once_leave_the_subscriptions_of_one() {
    for account in ["patient-a", "clinician-a"] {
        let bench = Bench::new().await;
        let all = (0..6).map(|n| {
            let contact = match n % 3 {
                0 => json!({"email": format!("ana{n}@example.org"), "sms": "+14155550100"}),
                1 => json!({"email": "ana@example.org", "sms": format!("+1415555010{n}")}),
                _ => json!({"sms": format!("+1415555010{n}")}),
            };
            let bench = &bench;
            async move { put(bench, account, &contact).await.map(|_| ()).map_err(|error| error.response().status()) }
        });
        for outcome in join_all(all).await {
            assert!(
                outcome.as_ref().is_ok_and(|()| true) || outcome.as_ref().is_err_and(|status| *status == 503),
                "{outcome:?}"
            );
        }
        // Whoever was told to come back does.
        let last = get(&bench, account).await;
        let contact = json!({"email": last["email"], "sms": last["sms"]});
        set(&bench, account, contact.clone()).await;
        let mut wanted: Vec<String> = ["email", "sms"]
            .into_iter()
            .filter_map(|name| contact[name].as_str().map(|value| format!("{name} {value}")))
            .collect();
        wanted.sort();
        assert_eq!(bench.sns.told().await, wanted, "{account}");
        assert_eq!(bench.sns.all_topics().await.len(), 1, "{account}");
    }
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let bench = Bench::new().await;
    let before = set(&bench, "patient-a", json!({"email": "ana@example.org", "sms": "+14155550100"})).await;
    let subscribed = bench.sns.subscriptions().await;
    for (contact, pointer) in [
        (json!({"email": "ana"}), "/email"),
        (json!({"sms": "4155550100"}), "/sms"),
        (json!({"email": "ana@example.org", "sms": ""}), "/sms"),
        (json!({"pool": "clinic"}), "/pool"),
    ] {
        assert_eq!(refusal(put(&bench, "patient-a", &contact).await), (422, pointer.to_owned()));
    }
    assert_eq!(refusal(put(&bench, "clinician-a", &json!({"pool": " "})).await), (422, "/pool".to_owned()));
    // What passes here, SNS may still not take.
    bench.sns.trouble(Trouble::Refuses("+19995550100".into()));
    for email in ["ana@example.org", "ana@example.com"] {
        let contact = json!({"email": email, "sms": "+19995550100"});
        assert_eq!(refusal(put(&bench, "patient-a", &contact).await), (422, "/sms".to_owned()));
        assert_eq!(get(&bench, "patient-a").await, before);
        assert_eq!(bench.sns.subscriptions().await, subscribed, "and a confirmed email stays confirmed");
    }
    for (account, answer) in [("admin", 403), ("patient-a", 400)] {
        let refused = put(&bench, account, &json!({"phone": "+14155550100"})).await;
        assert_eq!(refusal(refused).0, answer);
    }
}

#[tokio::test]
async fn sns_out_of_reach_is_busy_and_the_same_request_repairs_it() {
    let bench = Bench::new().await;
    bench.sns.trouble(Trouble::Throttles("sms".into()));
    let contact = json!({"email": "ana@example.org", "sms": "+14155550100"});
    assert_eq!(refusal(put(&bench, "patient-a", &contact).await).0, 503);
    bench.sns.trouble(None);
    set(&bench, "patient-a", contact).await;
    assert_eq!(bench.sns.told().await, ["email ana@example.org", "sms +14155550100"]);
}
