//! HTTP: parses requests, writes responses, and converts errors into problem documents.

pub mod api_enum;
pub mod cursor;
pub mod gateway;
pub mod problem;
pub mod request;
pub mod response;
