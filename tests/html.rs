//! The page (HTML) and the ticket (Markdown): every scenario through both, read by parsers that are
//! not ours, with servers that say the worst, and the page in a real browser.

#[path = "support/scenario.rs"]
mod scenario;
#[path = "support/unrendered.rs"]
mod unrendered;

mod html {
    mod browser;
    mod colours;
    mod command;
    mod hostile;
    mod page;
    mod support;
    mod ticket;
}
