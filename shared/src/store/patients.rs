//! Patients in the table: by id, by the beginning of a search term, and the feed that writes them.

use std::collections::BTreeSet;

use super::items;
use super::table::{Part, Query, Table, Written, lost, retry_conflicts};
use super::{StoreError, schema};
use domain::ids::PatientId;
use domain::patient::{Patient, PatientQuery};

impl Table {
    /// A patient.
    pub async fn patient(&self, id: PatientId) -> Result<Option<Patient>, StoreError> {
        self.get(schema::patient(id), true).await?.map(items::to_patient).transpose()
    }

    /// The patients whom a query finds, at most `limit`, in the order of their names. Reads only the
    /// terms that begin with the query's longest word.
    pub async fn search_patients(&self, query: &PatientQuery, limit: usize) -> Result<Vec<Patient>, StoreError> {
        let Some(word) = query.longest() else { return Ok(Vec::new()) };
        let values = vec![(":pk", schema::search_terms(word)), (":prefix", word.to_owned())];
        let mut found: Vec<Patient> = Vec::new();
        let mut start = None;
        loop {
            let terms = Query { start: start.as_ref(), ..Query::new(schema::PARTITION_PREFIX, values.clone()) };
            let page = self.query(&terms).await?;
            for item in page.items {
                let patient = items::to_patient(item)?;
                if patient.matches(query) && !found.iter().any(|known| known.id == patient.id) {
                    found.push(patient);
                }
            }
            start = page.next;
            if start.is_none() || found.len() >= limit {
                break;
            }
        }
        found.sort_by(|a, b| (&a.name, a.birth_date, a.id).cmp(&(&b.name, b.birth_date, b.id)));
        found.truncate(limit);
        Ok(found)
    }

    /// Stores a patient with their search terms, in one transaction; terms that no longer hold go.
    pub async fn put_patient(&self, patient: &Patient) -> Result<(), StoreError> {
        retry_conflicts(|| async {
            let before = self.patient(patient.id).await?;
            let old: BTreeSet<String> = before.map(|before| before.search_terms()).into_iter().flatten().collect();
            let new: BTreeSet<String> = patient.search_terms().into_iter().collect();
            let mut parts = vec![Part::Put(items::from_patient(schema::patient(patient.id), patient)?, None)];
            for term in &new {
                parts.push(Part::Put(items::from_patient(schema::search_term(term, patient.id), patient)?, None));
            }
            for term in old.difference(&new) {
                parts.push(Part::Delete(schema::search_term(term, patient.id), None));
            }
            match self.transact(parts).await? {
                Written::Stored => Ok(()),
                Written::Refused(_) => Err(lost()),
            }
        })
        .await
    }
}
