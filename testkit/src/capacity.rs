//! Request units by `DynamoDB`'s published rules, for reads: the emulator counts one for each, however large.

use serde_json::Value;

/// Read units ("Read consistency and capacity", Amazon `DynamoDB` Developer Guide): 4 KB each, rounded up, for all items
/// of a query together; half of it where eventually consistent.
pub fn read_units(response: &Value, consistent: bool) -> f64 {
    let items = response["Items"].as_array().into_iter().flatten().chain(response.get("Item"));
    let bytes: usize = items.map(item_size).sum();
    if response["ScannedCount"] != response["Count"] {
        return f64::INFINITY; // Items that a filter drops cost too, and the response does not hold them.
    }
    let units = u32::try_from(bytes.div_ceil(4096).max(1)).map_or(f64::MAX, f64::from);
    if consistent { units } else { units / 2.0 }
}

/// The units that all tables of a response consumed together.
pub fn consumed_units(response: &Value) -> f64 {
    match &response["ConsumedCapacity"] {
        Value::Array(tables) => tables.iter().filter_map(|table| table["CapacityUnits"].as_f64()).sum(),
        table => table["CapacityUnits"].as_f64().unwrap_or(0.0),
    }
}

/// An item's size ("Item sizes and formats", Amazon `DynamoDB` Developer Guide).
fn item_size(item: &Value) -> usize {
    let attributes = item.as_object().into_iter().flatten();
    attributes.map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &Value) -> usize {
    let Some((kind, inner)) = value.as_object().and_then(|value| value.iter().next()) else { return 0 };
    match (kind.as_str(), inner) {
        ("S", Value::String(text)) => text.len(),
        ("N", Value::String(digits)) => digits.len().div_ceil(2) + 1,
        ("B", Value::String(base64)) => base64.trim_end_matches('=').len() * 3 / 4,
        ("M", Value::Object(members)) => {
            3 + members.iter().map(|(name, value)| 1 + name.len() + value_size(value)).sum::<usize>()
        }
        ("L", Value::Array(members)) => 3 + members.iter().map(|value| 1 + value_size(value)).sum::<usize>(),
        _ => 1,
    }
}
