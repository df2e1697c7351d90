//! The page (HTML) and the ticket (Markdown): every scenario through both, read by parsers that are
//! not ours, with servers that say the worst, and the page in a real browser.

mod browser;
mod colours;
mod hostile;
mod page;
mod support;
mod ticket;
