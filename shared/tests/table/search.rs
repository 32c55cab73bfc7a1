//! Search on the table: what is found in which order, digests that grow, and their rebuilding.

use domain::conversation::Conversation;
use domain::ids::{ConversationId, PatientId};
use domain::lock::Status;
use domain::search::{ConversationQuery, Digest};
use shared::store::schema::{self, Key};
use shared::store::{ConversationPage, RawItem, Rebuilt, Table};
use uuid::Uuid;

use crate::support::{ana, begun, clara, patient, send, set_status, table};

/// What the stream's function does with a new conversation and its messages.
async fn project(table: &Table, head: &Conversation, texts: &[&str]) {
    let words: Digest = texts.iter().copied().chain([head.title.as_str()]).collect();
    table.add_to_digest(head.patient_id, head.id, &words).await.unwrap();
}

/// A conversation with messages, found by their words.
async fn said(table: &Table, title: &str, second: i64, texts: &[&str]) -> ConversationId {
    let head = begun(table, title, second).await;
    for text in texts {
        send(table, head.id, &ana(), text, second).await.unwrap();
        project(table, &head, &[text]).await;
    }
    project(table, &head, &[]).await;
    head.id
}

/// Everything that a query finds, page by page.
async fn found(table: &Table, typed: &str, limit: usize) -> Vec<ConversationId> {
    let query = ConversationQuery::new(typed).unwrap();
    let (mut ids, mut start) = (Vec::new(), None);
    loop {
        let list =
            ConversationPage { patient: patient(), status: None, with_empty: true, limit, start: start.as_ref() };
        let page = table.search_conversations(&query, list).await.unwrap();
        assert!(page.items.len() <= limit);
        assert!(page.next.is_none() || page.items.len() == limit, "the last page alone is short");
        ids.extend(page.items.iter().map(|head| head.id));
        start = page.next;
        if start.is_none() {
            return ids;
        }
    }
}

#[tokio::test]
async fn all_words_find_a_conversation_and_the_list_keeps_its_order() {
    let table = table().await;
    let mut ids = Vec::new();
    for (second, (title, texts)) in (0..).zip([
        ("Blood test", vec!["Is my potassium too high?"]),
        ("X-ray", vec!["My potassium is fine.", "Größe des Bruchs?"]),
        ("Nothing", vec![]),
        ("Résumé", vec!["High fever", "low potassium"]),
        ("血液検査", vec!["POTASSIUM, high; e\u{301}tat"]),
    ]) {
        ids.push(said(&table, title, second, &texts).await);
    }
    set_status(&table, ids[3], Status::Closed, &clara(), 90).await.unwrap();
    for limit in [1, 2, 25] {
        assert_eq!(
            found(&table, "potassium", limit).await,
            [ids[4], ids[1], ids[0], ids[3]],
            "open first, newest first"
        );
        assert_eq!(found(&table, "high pot", limit).await, [ids[4], ids[0], ids[3]]);
    }
    assert_eq!(found(&table, "GROSSE", 9).await, [ids[1]]);
    assert_eq!(found(&table, "resume etat", 9).await, [], "words of two conversations are not put together");
    assert_eq!(found(&table, "血検", 9).await, [ids[4]]);
    assert_eq!(found(&table, "noth", 9).await, [ids[2]]);
    assert_eq!(found(&table, "potassiu high", 9).await, [], "only the last word is a beginning");

    let query = ConversationQuery::new("n").unwrap();
    let search = async |patient: PatientId, status, with_empty| {
        let list = ConversationPage { patient, status, with_empty, limit: 9, start: None };
        let page = table.search_conversations(&query, list).await.unwrap();
        page.items.into_iter().map(|head| head.id).collect::<Vec<_>>()
    };
    assert_eq!(search(patient(), None, true).await, [ids[2]]);
    assert_eq!(search(patient(), None, false).await, [], "patients do not see empty ones");
    assert_eq!(search(patient(), Some(Status::Closed), true).await, []);
    assert_eq!(search(PatientId::new(Uuid::new_v4()), None, true).await, []);
}

#[tokio::test]
async fn many_that_are_found_are_met_on_the_way_down_the_list() {
    let table = table().await;
    let mut ids = Vec::new();
    for second in 0..70 {
        let word = if second % 5 == 0 { "rarely" } else { "often" };
        ids.insert(0, said(&table, &format!("{word} said"), second, &[]).await);
    }
    let often: Vec<_> = ids.iter().rev().enumerate().filter(|(at, _)| at % 5 != 0).map(|(_, id)| *id).collect();
    let often: Vec<_> = often.into_iter().rev().collect();
    for limit in [1, 7, 56, 100] {
        assert_eq!(found(&table, "often", limit).await, often, "{limit}");
        assert_eq!(found(&table, "said rare", limit).await.len(), 14);
        assert_eq!(found(&table, "sai", limit).await, ids);
    }
}

/// A text of so many words.
fn numbered(words: u32, word: impl Fn(u32) -> String) -> String {
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn writers_at_the_same_time_lose_no_word() {
    let table = table().await;
    let head = begun(&table, "Together", 0).await;
    let texts: Vec<String> = (0..6).map(|of| numbered(150, |word| format!("w{of}x{word}"))).collect();
    let adds = texts.iter().map(|text| async { project(&table, &head, &[text]).await });
    futures::future::join_all(adds).await;
    for of in 0..6 {
        assert_eq!(found(&table, &format!("together w{of}x0 w{of}x149"), 9).await, [head.id]);
    }
}

/// The keys of a patient's digests.
async fn digest_keys(table: &Table) -> Vec<Key> {
    let keys = table.raw_items().await.unwrap().into_iter().map(|item| item.key().unwrap());
    keys.filter(|key| key.pk == schema::digests(patient())).collect()
}

#[tokio::test]
async fn a_rebuild_adds_what_is_missing_and_drops_what_does_not_belong() {
    let table = table().await;
    let good = said(&table, "Good", 0, &["as it should be"]).await;
    let lost = said(&table, "Lost", 1, &["the digest goes", "and comes back"]).await;
    let never = begun(&table, "Never projected", 2).await.id;
    send(&table, never, &clara(), "nobody told the stream", 3).await.unwrap();
    let wrong = said(&table, "Wrong", 4, &["what was said"]).await;
    let garbage = numbered(2_500, |word| format!("garbage{word}z{}", word * 7919));
    let head = table.conversation(wrong).await.unwrap().unwrap();
    project(&table, &head, &[&garbage]).await;
    for key in digest_keys(&table).await {
        if key.sk.starts_with(&schema::digest_prefix(lost)) {
            table.remove_raw(key).await.unwrap();
        }
    }
    assert_eq!(found(&table, "comes", 9).await, []);
    assert_eq!(found(&table, "nobody told", 9).await, []);
    assert_eq!(found(&table, "garbage7z", 9).await, [wrong]);
    assert!(digest_keys(&table).await.len() > 4, "the garbage takes several parts");

    let rebuilt = table.rebuild_digests().await.unwrap();
    assert_eq!(rebuilt, Rebuilt { conversations: 4, changed: 3, ..Rebuilt::default() });
    assert_eq!(found(&table, "comes lost", 9).await, [lost]);
    assert_eq!(found(&table, "nobody told never", 9).await, [never]);
    assert_eq!(found(&table, "garbage7z", 9).await, []);
    assert_eq!(found(&table, "what said", 9).await, [wrong]);
    assert_eq!(found(&table, "good should", 9).await, [good]);
    assert_eq!(digest_keys(&table).await.len(), 4, "one part each");
    assert_eq!(table.rebuild_digests().await.unwrap(), Rebuilt { conversations: 4, ..Rebuilt::default() });
}

#[tokio::test]
async fn a_conversation_that_can_not_be_read_is_counted_and_the_others_are_rebuilt() {
    let table = table().await;
    let head = begun(&table, "Readable", 0).await;
    let broken = schema::entry(begun(&table, "Broken", 1).await.id, 1);
    table.put_raw(RawItem::new(broken).with_text("secret")).await.unwrap();
    let failed = [("a entry item can't be read: by".to_owned(), 1)].into();
    assert_eq!(table.rebuild_digests().await.unwrap(), Rebuilt { conversations: 2, changed: 1, failed });
    assert_eq!(found(&table, "readable", 9).await, [head.id]);
}

#[tokio::test]
async fn a_rebuild_while_people_write_loses_nothing() {
    let table = table().await;
    let head = begun(&table, "Busy", 0).await;
    // Words that stand in the digest before anybody says them: the rebuild drops them, whoever says them adds them.
    let all = numbered(40, |number| format!("word{number}z"));
    project(&table, &head, &[&all]).await;
    let writing = async {
        for number in 0..40 {
            let text = format!("word{number}z");
            send(&table, head.id, &ana(), &text, number).await.unwrap();
            project(&table, &head, &[&text]).await;
        }
    };
    let rebuilding = async {
        let mut changed = 0;
        for _ in 0..20 {
            changed += table.rebuild_digests().await.unwrap().changed;
        }
        changed
    };
    let ((), changed) = futures::join!(writing, rebuilding);
    assert!(changed > 0);
    for number in 0..40 {
        assert_eq!(found(&table, &format!("busy word{number}z"), 9).await, [head.id], "word{number}z");
    }
    table.rebuild_digests().await.unwrap();
    assert_eq!(table.rebuild_digests().await.unwrap().changed, 0, "what it holds is what was said");
}
