//! Guildhall: the server as a library, so that tests and tools enter by the same door as `main`.

pub mod access;
pub mod accounts;
pub mod app;
pub mod audit;
pub mod brands;
pub mod calendar;
pub mod changes;
pub mod commands;
pub mod demo;
pub mod files;
pub mod followers;
pub mod groups;
pub mod invitations;
pub mod knowledge;
pub mod live;
pub mod mails;
pub mod members;
pub mod messages;
pub mod platform;
pub mod realtime;
pub mod router;
pub mod search;
pub mod serve;
pub mod settings;
pub mod stage;
pub mod webinars;
