//! A running stack: its emulator, its functions, its pages, its accounts, and where it is.

pub(crate) mod accounts;
pub(crate) mod assets;
pub(crate) mod aws;
pub(crate) mod deployment;
pub(crate) mod emulator;
pub(crate) mod functions;
pub(crate) mod local;
pub(crate) mod localstack;
pub(crate) mod openid;
pub(crate) mod operations;
pub(crate) mod pages;
pub(crate) mod reload;
pub(crate) mod removal;
pub(crate) mod running;
pub(crate) mod seed;
pub(crate) mod web;
