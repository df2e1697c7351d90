//! Words before a colon: `FileZilla` in the language of its user, and `FluentFTP`.

use crate::read::conversation::End;
use crate::read::logs::says::{Program, Says, Understood};
use crate::read::logs::shape::{self, door};

const FILEZILLA: Program = Program::client("FileZilla");
const FLUENT: Program = Program::client("FluentFTP");

/// What has been seen of such words so far.
#[derive(Debug, Default)]
pub struct Labels {
    /// The word that stands before replies.
    reply: Option<String>,
    /// The word that stands before commands.
    command: Option<String>,
    /// The word that stands before remarks: such a log begins with one.
    status: Option<String>,
    fluent: bool,
}

impl Labels {
    /// `Response:\t220 …`, `Antwort:\t220 …`, `Command:  PASV`, with the numbers of a process and of a
    /// connection before it in a file.
    pub fn read(&mut self, text: &str) -> Option<Understood> {
        let (key, text) = numbered(text);
        let (label, tab, rest) = label(text)?;
        let code = shape::reply(rest);
        let asked = shape::command(rest);
        let known_reply = self.reply.as_deref() == Some(label) || is_reply_label(label);
        let known_command = self.command.as_deref() == Some(label) || is_command_label(label);
        let wide = text.get(label.len()..).is_some_and(|r| r.starts_with(":  "));
        self.fluent |= wide && !tab && (known_command || known_reply);
        let program = if self.fluent { FLUENT } else { FILEZILLA };
        let made = |says: Vec<Says>| Some(Understood { program, key: key.clone(), says });
        if code.is_some() && (known_reply || (tab && !known_command)) && !is_listing(label) {
            self.reply = Some(label.to_owned());
            return made(vec![Says::Reply(without_timing(rest).to_owned())]);
        }
        if known_reply {
            // A line in the middle of a reply, whatever it looks like.
            return made(vec![Says::Reply(without_timing(rest).to_owned())]);
        }
        if let Some(asked) = asked.filter(|_| known_command || tab) {
            self.command = Some(label.to_owned());
            return made(vec![Says::Command(asked.to_owned())]);
        }
        if known_command {
            return made(Vec::new());
        }
        if !tab && !is_status_label(label) {
            return None;
        }
        let status_label = self.status.get_or_insert_with(|| label.to_owned());
        let says = status(rest);
        if says.is_empty() && status_label != label {
            // An error in a language that is not known: the number of seconds that were waited.
            let waited = lone_number(rest).map(|seconds| Says::GaveUp(Some(seconds * 1_000_000)));
            return made(waited.into_iter().collect());
        }
        made(says)
    }
}

/// `5984 3 Status: …`: process and connection, as `FileZilla`'s file has them.
fn numbered(text: &str) -> (String, &str) {
    let mut parts = text.splitn(3, ' ');
    if let (Some(process), Some(connection), Some(rest)) =
        (parts.next(), parts.next(), parts.next())
    {
        let number =
            |t: &str| !t.is_empty() && t.len() <= 10 && t.bytes().all(|b| b.is_ascii_digit());
        if number(process) && number(connection) {
            return (format!("{process} {connection}"), rest);
        }
    }
    (String::new(), text)
}

/// A word or a few before a colon, whether a tab follows, and the rest.
fn label(text: &str) -> Option<(&str, bool, &str)> {
    let text = text.trim_start_matches([' ', '\t']);
    let at =
        text.char_indices().take(28).find(|(_, c)| matches!(c, ':' | '：')).map(|(at, _)| at)?;
    let (label, rest) = text.split_at_checked(at)?;
    let label = label.trim_end();
    let lettered = !label.is_empty()
        && label.chars().all(|c| {
            c.is_alphabetic() || matches!(c, ' ' | '\u{a0}' | '-' | '\'') || !c.is_ascii()
        });
    if !lettered || label.split(' ').count() > 3 {
        return None;
    }
    let rest = rest.trim_start_matches([':', '：']);
    let tab = rest.starts_with('\t') || rest.trim_start_matches(' ').starts_with('\t');
    if !rest.starts_with([' ', '\t', '\u{a0}']) {
        return None;
    }
    // A reply's own blanks are kept: they mark lines in the middle of it.
    let rest = rest.strip_prefix(['\t', ' ', '\u{a0}']).unwrap_or(rest);
    let rest = if shape::reply(rest.trim_start()).is_some() { rest.trim_start() } else { rest };
    Some((label, tab, rest))
}

fn is_reply_label(label: &str) -> bool {
    matches!(
        label,
        "Response"
            | "Reply"
            | "Antwort"
            | "Réponse"
            | "Respuesta"
            | "Risposta"
            | "Resposta"
            | "Ответ"
            | "响应"
            | "回應"
            | "レスポンス"
            | "応答"
            | "Odpowiedź"
            | "Antwoord"
            | "Returns"
            | "Svar"
            | "Yanıt"
            | "Vastaus"
            | "Válasz"
            | "Odpověď"
            | "응답"
    )
}

fn is_command_label(label: &str) -> bool {
    matches!(
        label,
        "Command"
            | "Befehl"
            | "Commande"
            | "Comando"
            | "Команда"
            | "命令"
            | "指令"
            | "コマンド"
            | "Polecenie"
            | "Opdracht"
            | "Kommando"
            | "Komut"
            | "Komento"
            | "Parancs"
            | "Příkaz"
            | "명령"
    )
}

fn is_status_label(label: &str) -> bool {
    matches!(
        label,
        "Status"
            | "Statut"
            | "Estado"
            | "Stato"
            | "Статус"
            | "状态"
            | "狀態"
            | "状態"
            | "Stan"
            | "Stav"
            | "Durum"
            | "Tila"
            | "Állapot"
            | "상태"
            | "Error"
            | "Fehler"
            | "Erreur"
            | "Errore"
            | "Erro"
            | "Ошибка"
            | "错误"
            | "錯誤"
            | "エラー"
            | "Błąd"
            | "Fout"
            | "Fel"
            | "Hata"
            | "Virhe"
            | "Hiba"
            | "Chyba"
            | "오류"
            | "Trace"
            | "Listing"
    )
}

/// `FileZilla`'s lines of a listing may begin with a number.
fn is_listing(label: &str) -> bool {
    matches!(label, "Listing" | "Trace" | "Status" | "Error")
}

/// `FluentFTP` adds how long a reply took: `230 Logged in [48ms]`.
fn without_timing(text: &str) -> &str {
    let text = text.trim_end();
    let Some(inner) = text.strip_suffix(']') else { return text };
    match inner.rsplit_once(" [") {
        Some((before, time))
            if time.len() <= 14
                && time.ends_with(['s', 'd', 'h', 'm'])
                && time.starts_with(|c: char| c.is_ascii_digit() || c == '<') =>
        {
            before
        }
        _ => text,
    }
}

/// A remark in any language. Names of errors and addresses are not translated.
fn status(rest: &str) -> Vec<Says> {
    let text = rest.trim();
    if text.contains("GnuTLS error")
        || text.contains("SSL handshake failed")
        || text.contains("AuthenticationException")
    {
        return vec![Says::TlsFailed(text.to_owned())];
    }
    if let Some(at) = text.find(": E").or_else(|| text.starts_with('E').then_some(0)) {
        // `Could not read from transfer socket: ECONNABORTED - Connection aborted`
        let name = text.get(at..).unwrap_or_default().trim_start_matches(": ");
        let word = name.split(' ').next().unwrap_or_default();
        let named = word.len() > 4
            && word.bytes().all(|b| b.is_ascii_uppercase())
            && name.get(word.len()..).is_some_and(|rest| rest.starts_with(" - "));
        if named {
            let lower = text.to_lowercase();
            let data = ["transfer socket", "data connection", "transfer connection"]
                .iter()
                .any(|words| lower.contains(words));
            return shape::trouble(word)
                .map(|t| if data { Says::DataTrouble(t) } else { Says::Trouble(t) })
                .into_iter()
                .collect();
        }
    }
    if text.starts_with("Server sent passive reply with unroutable address") {
        return vec![Says::PassiveTaken];
    }
    if text.starts_with("TLS connection established")
        || text.starts_with("FTPS Authentication Successful")
    {
        return vec![Says::TlsDone];
    }
    if text.starts_with("Disconnected from server")
        || text.starts_with("Connection closed by server")
    {
        let end = if text.contains("by server") { End::Server } else { End::Client };
        return vec![Says::Ends(end)];
    }
    if let Some(trouble) = shape::trouble(text) {
        return vec![Says::Trouble(trouble)];
    }
    if let Some(at) = shape::endpoint(text) {
        return vec![Says::Dials(Some(door(at)))];
    }
    if text.starts_with("Connecting to ") {
        let name =
            text.trim_start_matches("Connecting to ").split([' ', ':']).next().unwrap_or_default();
        return vec![Says::DialsControl(None), Says::ServerName(name.to_owned())];
    }
    Vec::new()
}

/// The only number in a sentence, where it may be seconds of a wait.
fn lone_number(text: &str) -> Option<u64> {
    let mut numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let only: u64 = numbers.next()?.parse().ok()?;
    let wordy = text.chars().filter(|c| c.is_alphabetic()).count() >= 8;
    let alone = numbers.next().is_none() && !text.contains(['/', '"', '\\', '(', ':', '_']);
    (alone && wordy && (5..=600).contains(&only)).then_some(only)
}
