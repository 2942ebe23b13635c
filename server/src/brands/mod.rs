//! Brands: the tenants. A brand has a name, a colour, a logo, a language, and everything else hangs from it.
//!
//! Invariant: `version` rises with every change, and a change names the version it was made from.

mod brand;
mod edit;
mod found;
mod logo;
mod routes;
mod start;
mod store;

pub use brand::{BrandView, Colour};
pub use found::{Founding, found};
pub use routes::routes;
pub use store::{insert_brand, view};
