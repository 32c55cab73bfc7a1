//! What search costs: as-you-type over a patient with 500 conversations and 20,000 messages, and what one more
//! message adds; found is what a scan of all texts finds.

use std::collections::BTreeSet;

use domain::conversation::{Changed, Conversation, ConversationStart};
use domain::encounter::Encounter;
use domain::ids::{ConversationId, EncounterId, MessageId, PatientId, UserId};
use domain::lock::Status;
use domain::search::{Digest, search_words};
use domain::text::{MessageText, Title};
use functions::conversations::{create_conversation, list_conversations};
use functions::messages::send_message;
use futures::{StreamExt as _, stream};
use serde_json::{Value, json};
use shared::store::RawRecord;
use testkit::accounts::{ana, clara};
use testkit::texts::LETTER;

use crate::costs::{assert_at_most, cost};
use crate::meter::Cost;
use crate::stream::Recorded;
use crate::support::{Bench, PATIENT, body, request};

const CONVERSATIONS: usize = 500;
const MESSAGES: usize = 40;
/// How many conversations are stored at once: the emulator and this program have a processor each.
const AT_ONCE: usize = 8;

/// Texts of words as frequent as words are: the second half as often as the first, the third a third as often
/// (Zipf). The words are a letter's, then made of syllables in four scripts.
struct Writer {
    words: Vec<String>,
    sums: Vec<f64>,
    seed: u64,
}

impl Writer {
    fn new(seed: u64, words: usize) -> Self {
        let mut writer = Self { words: Vec::new(), sums: Vec::new(), seed };
        let mut known = BTreeSet::new();
        let letter = LETTER.split_whitespace().map(String::from).filter(|word| known.insert(search_words(word)));
        writer.words = letter.collect();
        while writer.words.len() < words {
            let word = writer.word();
            if known.insert(search_words(&word)) {
                writer.words.push(word);
            }
        }
        let mut sum = 0.0;
        for rank in 1..=u32::try_from(words).unwrap() {
            sum += 1.0 / f64::from(rank);
            writer.sums.push(sum);
        }
        writer
    }

    /// A number below `below` (xorshift).
    fn number(&mut self, below: usize) -> usize {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        usize::try_from(self.seed % below as u64).unwrap()
    }

    fn word(&mut self) -> String {
        const LATIN: [&str; 16] =
            ["pa", "ter", "mi", "ne", "ló", "gra", "ph", "ox", "in", "é", "stra", "ße", "ur", "ing", "tion", "ca"];
        const OTHERS: [[&str; 6]; 3] = [
            ["πά", "θο", "ς", "λό", "γο", "ι"],
            ["бо", "ле", "ть", "кро", "вь", "ё"],
            ["का", "रो", "गी", "दवा", "ल", "ई"],
        ];
        let script: &[&str] = OTHERS.get(self.number(20)).map_or(&LATIN, |other| other);
        (0..2 + self.number(3)).map(|_| script[self.number(script.len())]).collect()
    }

    fn text(&mut self) -> String {
        let length = 10 + self.number(50);
        let mut text = String::new();
        for _ in 0..length {
            let place =
                f64::from(u32::try_from(self.number(1_000_000)).unwrap()) / 1e6 * self.sums[self.sums.len() - 1];
            let rank = self.sums.partition_point(|sum| *sum < place);
            text.push_str(&self.words[rank]);
            text.push_str(if self.number(9) == 0 { ". " } else { " " });
        }
        text
    }
}

/// A conversation with these messages as it is stored, and as the stream's function leaves it.
async fn conversation(bench: &Bench, title: &str, texts: &[String]) -> Conversation {
    let (deps, clara) = (&bench.deps, clara());
    let now = deps.clock.now();
    let (id, encounter_id) = (ConversationId::new(deps.clock.id()), EncounterId::new(deps.clock.id()));
    let patient_id: PatientId = PATIENT.parse().unwrap();
    let start = ConversationStart { id, encounter_id, patient_id, title: Title::new(title).unwrap() };
    let mut head = Conversation::begin(start, &ana(), now);
    let encounter = Encounter::begin(&head, "Results".into());
    for (number, text) in texts.iter().enumerate() {
        let by = if number % 2 == 0 { ana() } else { clara.clone() };
        let posted = head.post(MessageId::new(deps.clock.id()), MessageText::new(text).unwrap(), &by, now);
        head = posted.unwrap().head;
    }
    if id.uuid().as_u128() % 3 == 0 {
        head = head.set_status(Status::Closed, &clara, now).unwrap().head;
    }
    // Entries are not read by a search: the digest is made from the texts directly.
    let stored = Changed { head: head.clone(), entries: Vec::new() };
    deps.table.create_conversation(&stored, &encounter, None, None).await.unwrap();
    let words: Digest = texts.iter().map(String::as_str).chain([title]).collect();
    deps.table.add_to_digest(patient_id, id, &words).await.unwrap();
    head
}

/// Everything a search finds, and what its first page costs; the others are larger.
async fn search(bench: &Bench, typed: &str) -> (BTreeSet<String>, Cost) {
    let parameters = json!({ "patientId": PATIENT });
    let path = format!("/patients/{PATIENT}/conversations");
    let encoded: String = typed.bytes().flat_map(|byte| format!("%{byte:02X}").into_bytes()).map(char::from).collect();
    let (mut found, mut first, mut cursor) = (BTreeSet::new(), None, String::new());
    loop {
        let limit = if cursor.is_empty() { 25 } else { 100 };
        let query = format!("q={encoded}&limit={limit}{cursor}");
        let listed = request("clinician-a", &path, &parameters, &query, &Value::Null);
        let (cost, response) = cost(bench, list_conversations::handle(&bench.deps, listed)).await;
        first.get_or_insert(cost);
        let page = body(&response);
        let items = page["items"].as_array().unwrap();
        found.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return (found, first.unwrap()),
        }
    }
}

/// What a query finds by looking at all texts of all conversations.
fn naive(typed: &str, texts: &[(String, Vec<Vec<String>>)]) -> BTreeSet<String> {
    let wanted = search_words(typed);
    let (last, others) = wanted.split_last().unwrap();
    let found = texts.iter().filter(|(_, said)| {
        let has = |test: &dyn Fn(&String) -> bool| said.iter().flatten().any(test);
        others.iter().all(|word| has(&|found| found == word)) && has(&|found| found.starts_with(last.as_str()))
    });
    found.map(|(id, _)| id.clone()).collect()
}

#[tokio::test]
async fn a_search_over_20_000_messages_finds_what_a_scan_finds_within_150_units() {
    let bench = Bench::new().await;
    let reader = UserId::new("clinician-a").unwrap();
    let mut writer = Writer::new(7, 4_000);
    let mut written = Vec::new();
    for number in 0..CONVERSATIONS {
        let mut said: Vec<String> = (0..MESSAGES).map(|_| writer.text()).collect();
        if number % 100 == 3 {
            said[number % MESSAGES].push_str(" Zwölffingerdarm");
        }
        let rare = writer.word();
        let title = format!("{} {rare}", writer.words[number % 100]);
        written.push((title, said));
    }
    let stored = stream::iter(&written).map(async |(title, said)| {
        let head = conversation(&bench, title, said).await;
        bench.deps.table.mark_read(&head, &reader, 1).await.unwrap();
        let words: Vec<Vec<String>> = said.iter().chain([title]).map(|text| search_words(text)).collect();
        (head.id.to_string(), words)
    });
    let texts: Vec<_> = stored.buffer_unordered(AT_ONCE).collect().await;
    let distinct: usize = texts.iter().map(|(_, words)| words.iter().flatten().collect::<BTreeSet<_>>().len()).sum();
    println!("{} distinct words in a conversation", distinct / CONVERSATIONS);
    assert!(distinct / CONVERSATIONS > 400, "a realistic vocabulary");

    let common = writer.words[0].clone();
    let (middle, rare) = (writer.words[800].clone(), writer.words[3_990].clone());
    let cases = [
        common.clone(),
        middle.clone(),
        rare.clone(),
        "zwolffing".into(),
        "ZWÖLFFINGERDARM".into(),
        "z".into(),
        "p".into(),
        format!("{common} {middle}"),
        format!("{middle} {rare}"),
        format!("{middle} zw"),
        "κρo πά".into(),
        "κ рол".into(),
        "का".into(),
        "nothingatall".into(),
        format!("{common} nothingatall"),
    ];
    let mut sizes = BTreeSet::new();
    for typed in cases {
        let expected = naive(&typed, &texts);
        sizes.insert(expected.len());
        let (found, cost) = search(&bench, &typed).await;
        assert_eq!(found, expected, "{typed}");
        let most = Cost { sequential: 4, read: 150.0, written: 1.0 };
        assert_at_most(&format!("search that finds {}", found.len()), cost, most);
    }
    assert!(sizes.contains(&0) && sizes.contains(&5) && sizes.contains(&CONVERSATIONS), "{sizes:?}");
}

#[tokio::test]
async fn a_message_costs_its_digest_2_units_in_a_chat_of_usual_length() {
    let mut recorded = Recorded::new().await;
    let path = format!("/patients/{PATIENT}/conversations");
    let parameters = json!({ "patientId": PATIENT });
    let title = request("clinician-a", &path, &parameters, "", &json!({"title": "Your results"}));
    let begun = body(&create_conversation::handle(&recorded.bench.deps, title).await.unwrap());
    let id = begun["id"].as_str().unwrap();
    recorded.record().await;
    assert_eq!(recorded.feed(&recorded.records).await, 0);

    let mut writer = Writer::new(11, 2_000);
    let mut spent = 0.0;
    for number in 0..MESSAGES {
        // Staff's, because from those nothing else follows.
        let text = if number == 0 { LETTER.to_owned() } else { writer.text() };
        let message = json!({"id": recorded.bench.deps.clock.id(), "text": text});
        let path = format!("/conversations/{id}/messages");
        let message = request("clinician-a", &path, &json!({ "conversationId": id }), "", &message);
        assert_eq!(send_message::handle(&recorded.bench.deps, message).await.unwrap().status(), 201);
        let known = recorded.records.len();
        recorded.record().await;
        assert_eq!(recorded.records.len(), known + 2, "a head and an entry");
        recorded.bench.meter.take();
        assert_eq!(recorded.feed(&recorded.records[known..]).await, 0);
        let cost = recorded.bench.meter.take();
        // Two units in a chat of a usual length, three in one with more than some 400 different words.
        let written = if number < 12 { 1.0 } else { 2.0 };
        assert_at_most("one message's digest", cost, Cost { sequential: 2, read: 1.0, written });
        spent += cost.read + cost.written;
        let typed: Vec<&str> = text.split_whitespace().take(5).collect();
        let (found, _) = search(&recorded.bench, &typed.join(" ")).await;
        assert_eq!(found, [id.to_owned()].into());
    }
    println!("a message's digest costs {:.2} units on average", spent / f64::from(u32::try_from(MESSAGES).unwrap()));

    // All of it again, in one batch: one read, nothing to write.
    recorded.bench.meter.take();
    let messages: Vec<RawRecord> =
        recorded.records.iter().filter(|record| record.is_insert()).skip(1).cloned().collect();
    assert!(messages.len() >= MESSAGES);
    assert_eq!(recorded.feed(&messages).await, 0);
    assert_at_most("40 messages again", recorded.bench.meter.take(), Cost { sequential: 2, read: 2.0, written: 0.0 });
}
