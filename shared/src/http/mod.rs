//! HTTP: requests into types, errors into problem documents, pages into cursors.

pub mod api_enum;
pub mod cursor;
pub mod gateway;
pub mod problem;
pub mod request;
pub mod response;
