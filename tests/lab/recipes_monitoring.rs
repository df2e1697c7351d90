//! The recipes of docs/monitoring.md for monitoring: cron, Nagios, Icinga and Prometheus. What they configure is
//! read by the programs that it is for, and run as those would run it.

use std::fs;

use serde_json::Value;

use super::clean_root::{CleanRoot, HOME, READER, ROOT, RUNNER, Ran, ci};
use super::gate::Gate;
use super::recipe_page;
use super::recipes::{MIRROR, block_mirror, world};
use super::servers::PASSWORD;
use super::sh;
use super::world::World;

/// Where the recipe's file goes.
const TEXTFILES: &str = "/var/lib/node_exporter/textfile";

// ----------------------------------------------------------------------------------------- cron

/// A crontab's variables and the command of its one line, as cron(8) takes them.
fn crontab(text: &str) -> (Vec<(&str, &str)>, String) {
    let (mut variables, mut commands) = (Vec::new(), Vec::new());
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let name = line.split('=').next().unwrap_or_default();
        if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
            variables.push((name, &line[name.len() + 1..]));
        } else {
            let mut rest = line;
            for _ in 0..5 {
                rest = rest.split_once(' ').expect("five fields and a command").1.trim_start();
            }
            commands.push(rest);
        }
    }
    assert_eq!(commands.len(), 1, "{text}");
    // A % would end the command, and what follows would be its input.
    let plain = commands[0].replace("\\%", "\0");
    assert!(!plain.contains('%'), "{plain}");
    (variables, plain.replace('\0', "%"))
}

/// Runs the line as cron would; nothing said is no mail.
fn by_cron(root: &CleanRoot<'_>, text: &str, umask: &str) -> Ran {
    let (variables, command) = crontab(text);
    let own =
        [("HOME", HOME), ("LOGNAME", "runner"), ("PATH", "/usr/bin:/bin"), ("SHELL", "/bin/sh")];
    let env: Vec<(&str, &str)> = own.into_iter().chain(variables).collect();
    root.masked(RUNNER, &env, &["/bin/sh", "-c", &command], umask)
}

/// Whether cron's own reader takes a table.
fn cron_takes(gate: &Gate, root: &CleanRoot<'_>, text: &str) -> bool {
    fs::copy(gate.folder.join("cron/usr/bin/crontab"), root.path("local/bin/crontab"))
        .expect("room for a copy");
    root.folder_of(ROOT, "/var/spool/cron/crontabs");
    root.write(ROOT, "/tmp/crontab", text);
    let ran = root.run(ROOT, &ci(&[]), &["crontab", "-u", "runner", "-n", "/tmp/crontab"]);
    ran.exit == Some(0)
}

/// The list as the section shows it, with the password in a file, as its comment says.
fn list_with_a_file(root: &CleanRoot<'_>) {
    let text = recipe_page::block("", "toml");
    let line = text.lines().find(|line| line.starts_with("password_env")).expect("a password");
    let (_, instead) = line.split_once("# or ").expect("the other way");
    root.write(RUNNER, &format!("{HOME}/targets.toml"), &text.replace(line, instead));
    root.write(RUNNER, &format!("{HOME}/mirror.password"), &format!("{PASSWORD}\n"));
    fs::set_permissions(
        root.path(&format!("{HOME}/mirror.password")),
        std::os::unix::fs::PermissionsExt::from_mode(0o600),
    )
    .expect("our own file");
}

#[test]
fn cron_mails_what_fails_and_nothing_else() {
    let (world, hosts) = world(gate!());
    let text = recipe_page::block("cron", "crontab");
    let root = CleanRoot::new(&world, &hosts).with_program();
    assert!(cron_takes(&world.gate, &root, &text), "{text}");
    assert!(!cron_takes(&world.gate, &root, &text.replace("17 * * * *", "77 * * * *")));
    list_with_a_file(&root);
    let well = by_cron(&root, &text, "022");
    assert_eq!(
        (well.exit, &*well.stdout, &*well.stderr),
        (Some(0), "", ""),
        "mail, and all is well"
    );
    block_mirror(&world);
    let ill = by_cron(&root, &text, "022");
    assert_eq!(ill.exit, Some(0), "{ill:?}");
    assert!(ill.stdout.contains("mirror") && ill.stdout.contains("passive"), "{ill:?}");
    assert!(!ill.stdout.contains('\u{1b}') && !ill.stdout.contains(PASSWORD), "{ill:?}");
    // The run before is still at work: no second one, and no mail.
    let (_, command) = crontab(&text);
    let held = format!("exec 9>\"$HOME/.ftp-doctor.lock\"; flock 9; {command}");
    let env = [("HOME", HOME), ("PATH", "/usr/bin:/bin")];
    let late = root.run(RUNNER, &env, &["/bin/sh", "-c", &held]);
    assert_eq!((late.exit, &*late.stdout, &*late.stderr), (Some(0), "", ""));
    // A list that cannot be read is told.
    fs::remove_file(root.path(&format!("{HOME}/targets.toml"))).expect("it is there");
    let without = by_cron(&root, &text, "022");
    assert!(without.stderr.contains("targets.toml"), "{without:?}");
}

// --------------------------------------------------------------------------------------- Nagios

/// What a site has besides: times, contacts, the host, and the template that the recipe uses.
const NAGIOS: &str = "\
define timeperiod {\n timeperiod_name always\n alias always\n monday 00:00-24:00\n}
define command {\n command_name tell\n command_line /bin/true\n}
define contact {\n contact_name someone\n host_notification_commands tell\n \
service_notification_commands tell\n host_notification_period always\n \
service_notification_period always\n}
define host {\n host_name ftp.example.org\n address 192.0.2.1\n max_check_attempts 1\n \
check_period always\n notification_period always\n contacts someone\n}
define service {\n name generic-service\n register 0\n max_check_attempts 1\n check_period always\n \
notification_period always\n contacts someone\n}
";

/// Whether Nagios takes the objects, and what it says.
fn nagios_takes(world: &World, objects: &str) -> (bool, String) {
    let folder = tempfile::tempdir_in(world.folder.path()).expect("a folder");
    let path = folder.path().display().to_string();
    fs::write(folder.path().join("objects.cfg"), format!("{NAGIOS}{objects}")).expect("a file");
    let main = format!(
        "cfg_file={path}/objects.cfg\nlog_file={path}/log\ncheck_result_path={path}\n\
         nagios_user=root\nnagios_group=root\n"
    );
    fs::write(folder.path().join("nagios.cfg"), main).expect("a file");
    let program = world.gate.folder.join("nagios4-core/usr/sbin/nagios4").display().to_string();
    let output = sh::output(&program, &["-v", &format!("{path}/nagios.cfg")], "");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The value of a directive in the object definitions.
fn directive<'t>(text: &'t str, name: &str) -> &'t str {
    let line = text.lines().map(str::trim).find(|line| {
        line.strip_prefix(name).is_some_and(|rest| rest.starts_with(char::is_whitespace))
    });
    line.unwrap_or_else(|| panic!("no {name}"))[name.len()..].trim()
}

/// Asserts that this is the output of a plugin in a state.
fn is_plugin_output(ran: &Ran, code: i32, state: &str) {
    assert_eq!(ran.exit, Some(code), "{ran:?}");
    let line = ran.stdout.lines().next().unwrap_or_default();
    assert!(line.starts_with(&format!("FTP {state} - ")), "{ran:?}");
    let (_, data) = line.split_once(" | ").unwrap_or_else(|| panic!("no performance data: {line}"));
    assert!(data.contains("'control'=") && data.contains("'modes_open'="), "{line}");
}

#[test]
fn nagios_takes_it_and_runs_it() {
    let (world, hosts) = world(gate!());
    let text = recipe_page::block("Nagios and Icinga", "cfg");
    let (taken, said) = nagios_takes(&world, &text);
    assert!(taken && said.contains("Total Errors:   0"), "{said}");
    let wrong =
        text.replace("check_command          check_ftp_doctor", "check_command  check_other");
    assert!(wrong != text && !nagios_takes(&world, &wrong).0, "Nagios takes everything");
    block_mirror(&world);
    let root = CleanRoot::new(&world, &hosts).with_program();
    let check = directive(&text, "check_command");
    let (command, argument) = check.split_once('!').expect("an argument");
    assert_eq!(command, directive(&text, "command_name"));
    let run = |address: &str| {
        let line = directive(&text, "command_line")
            .replace("$ARG1$", argument)
            .replace("$HOSTADDRESS$", address);
        assert!(!line.contains('$'), "{line}");
        root.run(RUNNER, &[("PATH", "/usr/bin:/bin")], &["/bin/sh", "-c", &line])
    };
    is_plugin_output(&run("ftp.example.org"), 0, "OK");
    is_plugin_output(&run(MIRROR), 2, "CRITICAL");
    // Nobody is there: no login, so CRITICAL. Nothing could be measured: UNKNOWN.
    let nobody = run("127.0.0.1");
    assert_eq!(nobody.exit, Some(2), "{nobody:?}");
    let wrong = run("ftp://a b/");
    assert_eq!(wrong.exit, Some(3), "{wrong:?}");
    assert!(wrong.stdout.starts_with("FTP UNKNOWN - "), "{wrong:?}");
    // Without an expectation, what works in part is a WARNING.
    let bare = ["/usr/local/bin/ftp-doctor", "--format", "nagios", MIRROR];
    is_plugin_output(&root.run(RUNNER, &[("PATH", "/usr/bin")], &bare), 1, "WARNING");
}

// --------------------------------------------------------------------------------------- Icinga

/// The objects that Icinga makes of a configuration: type, name and properties of each.
fn icinga(world: &World, text: &str) -> Result<Vec<Value>, String> {
    let folder = tempfile::tempdir_in(world.folder.path()).expect("a folder");
    let path = folder.path().display().to_string();
    let host = "object Host \"one\" {\n check_command = \"ftp-doctor\"\n address = \"192.0.2.1\"\n \
                vars.ftp = true\n}\n";
    fs::write(folder.path().join("all.conf"), format!("{host}{text}")).expect("a file");
    let program = world.gate.folder.join("icinga2-bin/icinga2").display().to_string();
    let libraries = world.gate.folder.join("lib").display().to_string();
    let mut args = vec!["daemon".to_owned(), "-C".into(), "-c".into(), format!("{path}/all.conf")];
    for name in ["DataDir", "LogDir", "CacheDir", "InitRunDir", "SpoolDir"] {
        args.push(format!("-D{name}={path}"));
    }
    args.extend(["-DRunAsUser=root".to_owned(), "-DRunAsGroup=root".into()]);
    let mut all = vec![format!("LD_LIBRARY_PATH={libraries}"), program];
    all.extend(args);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let output = sh::output("env", &all, "");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    // Netstrings of JSON: LENGTH:{…},
    let dump = fs::read_to_string(folder.path().join("icinga2.debug")).expect("the objects");
    let (mut rest, mut objects) = (&*dump, Vec::new());
    while let Some((length, after)) = rest.split_once(':') {
        let length: usize = length.trim().parse().expect("a length");
        objects.push(serde_json::from_str(&after[..length]).expect("JSON"));
        rest = after[length..].trim_start_matches(',');
    }
    Ok(objects)
}

/// The properties of the one object of a type.
fn properties<'o>(objects: &'o [Value], kind: &str) -> &'o Value {
    let mut all = objects.iter().filter(|object| object["type"] == kind);
    let one = all.next().unwrap_or_else(|| panic!("no {kind}"));
    assert!(all.next().is_none(), "one {kind}");
    &one["properties"]
}

/// A string with its macros in place; nothing where one is not known.
fn resolved(text: &str, vars: &dyn Fn(&str) -> Option<Value>) -> Option<Vec<String>> {
    let Some(name) = text.strip_prefix('$').and_then(|rest| rest.strip_suffix('$')) else {
        assert!(!text.contains('$'), "{text}");
        return Some(vec![text.to_owned()]);
    };
    let strings = |value: &Value| value.as_str().map(ToOwned::to_owned).expect("a string");
    match vars(name)? {
        Value::Array(all) => Some(all.iter().map(strings).collect()),
        Value::String(text) => resolved(&text, vars),
        other => panic!("${name}$ is {other}"),
    }
}

/// The command line that a `CheckCommand` gives, by the rules of Icinga's documentation.
fn command_line(command: &Value, vars: &dyn Fn(&str) -> Option<Value>) -> Vec<String> {
    let strings = command["command"].as_array().expect("a command").iter();
    let mut line: Vec<String> =
        strings.map(|one| one.as_str().expect("a string").to_owned()).collect();
    let mut arguments: Vec<(f64, &str, &Value)> = command["arguments"]
        .as_object()
        .expect("arguments")
        .iter()
        .map(|(key, value)| (value["order"].as_f64().unwrap_or(0.0), &**key, value))
        .collect();
    arguments.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    for (_, key, argument) in arguments {
        let value = argument.as_str().or(argument["value"].as_str()).expect("a value");
        let Some(values) = resolved(value, vars) else {
            assert_ne!(argument["required"], true, "{key} is required");
            continue;
        };
        assert!(values.len() == 1 || argument["repeat_key"] == true, "{key}");
        for value in values {
            if argument["skip_key"] != true {
                line.push(key.to_owned());
            }
            line.push(value);
        }
    }
    line
}

#[test]
fn icinga_takes_it_and_runs_it() {
    let (world, hosts) = world(gate!());
    let text = recipe_page::block("Nagios and Icinga", "icinga2");
    let objects = icinga(&world, &text).unwrap_or_else(|said| panic!("{said}"));
    let wrong = text.replace("skip_key = true,", "skip_key = true");
    assert!(wrong != text && icinga(&world, &wrong).is_err(), "Icinga takes everything");
    let (command, service) =
        (properties(&objects, "CheckCommand"), properties(&objects, "Service"));
    assert_eq!(service["check_command"], "ftp-doctor", "{service}");
    block_mirror(&world);
    let root = CleanRoot::new(&world, &hosts).with_program();
    root.write(RUNNER, "/tmp/password", PASSWORD);
    let run = |address: &str, more: &[(&str, &str)]| {
        let vars = |name: &str| {
            let given = more.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).into());
            let own = (name == "address").then(|| address.into());
            let known = |object: &Value| object["vars"].get(name).cloned();
            given.or(own).or_else(|| known(service)).or_else(|| known(command))
        };
        let line = command_line(command, &vars);
        assert!(line.windows(2).any(|two| two == ["--expect", "passive=open"]), "{line:?}");
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        root.run(RUNNER, &[("PATH", "/usr/bin:/bin")], &line)
    };
    is_plugin_output(&run("ftp.example.org", &[]), 0, "OK");
    is_plugin_output(&run("mirror.example.net", &[]), 2, "CRITICAL");
    let named =
        [("ftp_target", "ftp://alice@ftp.example.org/"), ("ftp_password_file", "/tmp/password")];
    is_plugin_output(&run("192.0.2.1", &named), 0, "OK");
}

// ----------------------------------------------------------------------------------- Prometheus

/// What Prometheus' own library reads in a file: name, labels and value of each sample.
fn samples(gate: &Gate, text: &str) -> Vec<(String, Value, f64)> {
    let script = "import json, sys\n\
                  from prometheus_client.parser import text_string_to_metric_families as read\n\
                  json.dump([[s.name, s.labels, s.value] for f in read(sys.stdin.read()) \
                  for s in f.samples], sys.stdout)\n";
    serde_json::from_value(recipe_page::python_json(gate, script, text)).expect("three each")
}

#[test]
fn prometheus_reads_the_file_and_the_rules() {
    let (world, hosts) = world(gate!());
    let text = recipe_page::block("Prometheus", "crontab");
    let root = CleanRoot::new(&world, &hosts).with_program();
    assert!(cron_takes(&world.gate, &root, &text), "{text}");
    list_with_a_file(&root);
    root.folder_of(RUNNER, TEXTFILES);
    let mut names = Vec::new();
    for blocked in [false, true] {
        if blocked {
            block_mirror(&world);
        }
        // Whatever cron's umask is.
        let ran = by_cron(&root, &text, "077");
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""), "cron would mail it");
        assert_eq!(ran.exit, Some(i32::from(blocked)));
        assert_eq!(root.names(TEXTFILES), ["ftp.prom"], "nothing half written is left");
        let file = format!("{TEXTFILES}/ftp.prom");
        assert_eq!(root.mode(&file), 0o644);
        let read = root.run(READER, &ci(&[]), &["cat", &file]);
        assert_eq!(read.exit, Some(0), "{read:?}");
        let all = samples(&world.gate, &read.stdout);
        let code = |target: &str| {
            let wanted = |(name, labels, _): &&(String, Value, f64)| {
                name == "ftp_doctor_exit_code" && labels["target"] == target
            };
            all.iter().find(wanted).map(|(_, _, value)| *value)
        };
        assert_eq!(code("ftp.example.org"), Some(0.0));
        assert_eq!(code("mirror"), Some(f64::from(u8::from(blocked))));
        names = all.into_iter().map(|(name, _, _)| name).collect();
    }
    rules(&world.gate, &names);
}

/// The alerts: of the known shape, in Prometheus' language, about metrics that there are.
fn rules(gate: &Gate, metrics: &[String]) {
    let document = recipe_page::yaml(gate, &recipe_page::block("Prometheus", "yaml"));
    let keys = |value: &Value| -> Vec<String> {
        value.as_object().expect("a mapping").keys().cloned().collect()
    };
    assert_eq!(keys(&document), ["groups"]);
    let mut expressions = 0;
    for group in document["groups"].as_array().expect("groups") {
        assert_eq!(keys(group), ["name", "rules"]);
        for rule in group["rules"].as_array().expect("rules") {
            for key in keys(rule) {
                let known = ["alert", "expr", "for", "labels", "annotations"];
                assert!(known.contains(&&*key), "{key}");
            }
            let expression = rule["expr"].as_str().expect("an expression");
            let parse = "import promql_parser, sys\npromql_parser.parse(sys.stdin.read())\n";
            let said = recipe_page::python(gate, parse, &[], expression);
            assert!(
                said.status.success(),
                "{expression}: {}",
                String::from_utf8_lossy(&said.stderr)
            );
            let not = recipe_page::python(gate, parse, &[], &format!("{expression} ="));
            assert!(!not.status.success(), "the parser takes everything");
            let mut named = expression
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .filter(|word| word.starts_with("ftp_doctor_"))
                .peekable();
            assert!(named.peek().is_some(), "{expression}");
            for metric in named {
                assert!(metrics.iter().any(|there| there == metric), "{metric} is not written");
            }
            expressions += 1;
        }
    }
    assert!(expressions >= 2);
}
