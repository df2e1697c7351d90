//! Conversations that belong together: what one client did with one server.

use std::net::IpAddr;

use super::conversation::{Conversation, Party};

/// What one client did with one server.
#[derive(Debug, Clone, Default)]
pub struct Group {
    /// The client.
    pub client: Option<IpAddr>,
    /// Its control connections, in the order of the file.
    pub conversations: Vec<Conversation>,
}

/// Puts conversations together, in the order of their first ones.
pub fn groups(conversations: Vec<Conversation>) -> Vec<Group> {
    let mut all: Vec<(Party, Group)> = Vec::new();
    for conversation in conversations.into_iter().filter(|c| !c.is_empty()) {
        let client = conversation.client.address;
        let same = |(server, group): &&mut (Party, Group)| {
            group.client == client && is_same(server, &conversation.server)
        };
        match all.iter_mut().find(same) {
            Some((server, group)) => {
                server.address = server.address.or(conversation.server.address);
                group.conversations.push(conversation);
            }
            None => all.push((
                conversation.server.clone(),
                Group { client, conversations: vec![conversation] },
            )),
        }
    }
    all.into_iter().map(|(_, group)| group).collect()
}

/// The same server, as far as both are known.
fn is_same(one: &Party, other: &Party) -> bool {
    let port = one.port.is_none() || other.port.is_none() || one.port == other.port;
    let address = match (one.address, other.address) {
        (Some(a), Some(b)) => a == b || (one.name.is_some() && one.name == other.name),
        _ => one.name.is_none() || other.name.is_none() || one.name == other.name,
    };
    port && address
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::reading::Place;
    use crate::read::conversation::What;

    fn talk(client: [u8; 4], server: [u8; 4], port: u16) -> Conversation {
        let mut made = Conversation {
            client: Party { address: Some(client.into()), ..Party::default() },
            server: Party { address: Some(server.into()), port: Some(port), ..Party::default() },
            ..Conversation::default()
        };
        made.push(Place { file: 0, number: 1 }, None, What::Gap);
        made
    }

    #[test]
    fn one_client_and_one_server_are_one_group() {
        let groups = groups(vec![
            talk([10, 0, 0, 1], [10, 0, 0, 9], 21),
            talk([10, 0, 0, 2], [10, 0, 0, 9], 21),
            talk([10, 0, 0, 1], [10, 0, 0, 9], 21),
            talk([10, 0, 0, 1], [10, 0, 0, 9], 2121),
            Conversation::default(),
        ]);
        let sizes: Vec<usize> = groups.iter().map(|g| g.conversations.len()).collect();
        assert_eq!(sizes, [2, 1, 1]);
    }
}
