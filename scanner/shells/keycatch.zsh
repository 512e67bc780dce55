#compdef keycatch

# Made by tools/shell_files.py.
# Usage:
# 1) Copy this to a file named _keycatch (e.g. ~/.local/share/zsh_completion/_keycatch).
# 2) Add the following line to your .zshrc:
#    fpath=(~/.local/share/zsh_completion $fpath)
# See also: https://github.com/zsh-users/zsh-completions/blob/master/zsh-completions-howto.org


_shtab_keycatch_commands() {
  local _commands=(
    agent:'Install hooks of coding agents that run keycatch, and remove them.'
    agent-hook:'Find credentials in what a coding agent is about to do.'
    baseline:'Accept the credentials that a project knows; report new ones only.'
    ci:'Find credentials that the change in a CI job adds.'
    commit-msg:'Find credentials in the message of the commit to be made.'
    completion:'Print a completion script for bash, zsh or fish.'
    doctor:'Find problems of hooks, clone, configuration and libraries.'
    explain:'Show why a line is reported, or why it is not.'
    fleet:'Find credentials in the histories of many repositories.'
    help:'Show how to use a command.'
    history:'Find credentials in everything that a repository stores.'
    install:'Install git hooks that run keycatch, and remove them.'
    push:'Find credentials in what is about to be pushed.'
    range:'Find credentials that a range of commits adds.'
    receive:'Find credentials in a push to a server.'
    respond:'Write a response plan for the credentials of a report.'
    rules:'Show and test the rules.'
    scan:'Find credentials in files, directories or standard input.'
    staged:'Find credentials in what is about to be committed.'
    version:'Show the version, and with -v those of what it uses.'
  )
  _describe 'keycatch commands' _commands
}

_shtab_keycatch_baseline_commands() {
  local _commands=(
    check:'Compare: what is new, what has expired, what is not used.'
    create:'Write the baseline: one line for each known credential.'
    import:'Accept what another scanner accepts.'
    update:'Add what is new; all other lines stay as they are.'
  )
  _describe 'keycatch baseline commands' _commands
}

_shtab_keycatch_rules_commands() {
  local _commands=(
    example:'Print made-up values that the rule reports, to try keycatch with.'
    list:'list the rules, one line for each'
    show:'show everything about one rule'
    test:'scan the examples of the rules and check the findings'
  )
  _describe 'keycatch rules commands' _commands
}

_shtab_keycatch_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  {-V,--version}"[show the version, and with -v all versions]"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_defaults_added=0

_shtab_keycatch_agent_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--user[for all projects of the user, by the path of keycatch]"
  "--project[for this project, to be committed, by keycatch on the PATH (default)]"
  "--print[with install\: print what would be in a new file, and write nothing]"
  ":install, uninstall, or status, which shows what is there:(install uninstall status)"
  "(*)::the tools\: claude, codex, cursor, copilot, gemini, windsurf:(claude codex cursor copilot gemini windsurf)"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_agent_defaults_added=0

_shtab_keycatch_agent_hook_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  ":the tool whose payload it is\: claude, codex, cursor, copilot, gemini, windsurf (default\: by the payload):(claude codex cursor copilot gemini windsurf)"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_agent_hook_defaults_added=0

_shtab_keycatch_baseline_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_baseline_defaults_added=0

_shtab_keycatch_baseline_check_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--baseline[the baseline (default\: .keycatch-baseline at the root of the project)]:FILE:_files"
  "--history[also scan the whole history, not only the current files]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  {-q,--quiet}"[print errors only]"
  "--strict[also exit with 1 for unused entries]"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_baseline_check_defaults_added=0

_shtab_keycatch_baseline_create_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--baseline[the baseline (default\: .keycatch-baseline at the root of the project)]:FILE:_files"
  "--history[also scan the whole history, not only the current files]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  {-q,--quiet}"[print errors only]"
  "--force[write over a baseline that exists]"
  "--reason[why they may stay]:reason:"
  "--owner[who revokes them]:owner:"
  "--expires[last day on which they count, such as 2027-01-31]:DATE:"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_baseline_create_defaults_added=0

_shtab_keycatch_baseline_import_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--baseline[the baseline (default\: .keycatch-baseline at the root of the project)]:FILE:_files"
  "--history[also scan the whole history, not only the current files]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  {-q,--quiet}"[print errors only]"
  "--from[the tool that wrote it (default\: detected from the content)]:origin:(betterleaks detect-secrets gitleaks kingfisher secretlint trufflehog)"
  "--reason[why they may stay]:reason:"
  "--owner[who revokes them]:owner:"
  "--expires[last day on which they count, such as 2027-01-31]:DATE:"
  ":its baseline, ignore file, report or allow list:_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_baseline_import_defaults_added=0

_shtab_keycatch_baseline_update_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--baseline[the baseline (default\: .keycatch-baseline at the root of the project)]:FILE:_files"
  "--history[also scan the whole history, not only the current files]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  {-q,--quiet}"[print errors only]"
  "--prune[remove entries whose credentials are not found]"
  "--reason[why they may stay]:reason:"
  "--owner[who revokes them]:owner:"
  "--expires[last day on which they count, such as 2027-01-31]:DATE:"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_baseline_update_defaults_added=0

_shtab_keycatch_ci_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--base[the branch that changes are merged into, or a full hash\: what to compare with where the CI system does not say (as the variable KEYCATCH_BASE)]:REV:"
  "--strict[fail where the change adds a mark, such as keycatch\:allow, that allows a finding]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  "--decode-limit[how large an archive or a member of one may be to be decoded, such as 512M (default\: 64M)\; takes several times as much memory]:SIZE:"
  "--jobs[processes (default\: one per CPU)]:N:"
  "--check-liveness[ask AWS (sts\:GetCallerIdentity) whether what is found is live\; needs boto3]"
  "--liveness-endpoint[ask only this STS endpoint]:URL:"
  "*--own-accounts[your own accounts\: findings show whether they belong to one of them]:ID,...:"
  "*--liveness-allow[ask about credentials of these accounts only]:ID,...:"
  "*--liveness-deny[never ask about credentials of these accounts]:ID,...:"
  {-f,--format}"[text, json, sarif, github, csv, codequality, gitlab, jsonl, junit, markdown, html (default\: text)]:FORMAT:(text json sarif github csv codequality gitlab jsonl junit markdown html)"
  "*"{-o,--output}"[write the report to FILE\; - is standard output. Without FORMAT\= in the format of --format\; may be given several times]:FORMAT=FILE:"
  "--category[name that keeps this SARIF report apart from others of the same commit in code scanning, such as a part of a monorepo]:NAME:"
  "--fail-on[what gives exit code 1\: a least confidence (low, medium, high) or severity (critical, severity\:high)\; default\: medium]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--show[list findings from this level on, also below --fail-on, as possible credentials]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--exit-zero[exit with 0 even with findings]"
  "--show-secrets[print credentials in full\: be careful where the output ends up]"
  "--color[default\: auto]:color:(auto always never)"
  {-q,--quiet}"[print only findings and errors]"
  {-v,--verbose}"[print every detail]"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_ci_defaults_added=0

_shtab_keycatch_commit_msg_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  "--decode-limit[how large an archive or a member of one may be to be decoded, such as 512M (default\: 64M)\; takes several times as much memory]:SIZE:"
  "--jobs[processes (default\: one per CPU)]:N:"
  "--check-liveness[ask AWS (sts\:GetCallerIdentity) whether what is found is live\; needs boto3]"
  "--liveness-endpoint[ask only this STS endpoint]:URL:"
  "*--own-accounts[your own accounts\: findings show whether they belong to one of them]:ID,...:"
  "*--liveness-allow[ask about credentials of these accounts only]:ID,...:"
  "*--liveness-deny[never ask about credentials of these accounts]:ID,...:"
  {-f,--format}"[text, json, sarif, github, csv, codequality, gitlab, jsonl, junit, markdown, html (default\: text)]:FORMAT:(text json sarif github csv codequality gitlab jsonl junit markdown html)"
  "*"{-o,--output}"[write the report to FILE\; - is standard output. Without FORMAT\= in the format of --format\; may be given several times]:FORMAT=FILE:"
  "--category[name that keeps this SARIF report apart from others of the same commit in code scanning, such as a part of a monorepo]:NAME:"
  "--fail-on[what gives exit code 1\: a least confidence (low, medium, high) or severity (critical, severity\:high)\; default\: medium]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--show[list findings from this level on, also below --fail-on, as possible credentials]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--exit-zero[exit with 0 even with findings]"
  "--show-secrets[print credentials in full\: be careful where the output ends up]"
  "--color[default\: auto]:color:(auto always never)"
  {-q,--quiet}"[print only findings and errors]"
  {-v,--verbose}"[print every detail]"
  ":the file that git names in the hook:_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_commit_msg_defaults_added=0

_shtab_keycatch_completion_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  ":the shell that is to complete\: bash, zsh or fish:(bash zsh fish)"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_completion_defaults_added=0

_shtab_keycatch_doctor_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  {-q,--quiet}"[print problems only]"
  {-f,--format}"[format]:format:(text json)"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_doctor_defaults_added=0

_shtab_keycatch_explain_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--fingerprint[explain the finding with this fingerprint]:FP:"
  {--format,-f}"[format]:format:(text json)"
  "--fail-on[as in \`keycatch scan\` (default\: medium)]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  ":a file, or a line of it, or - for standard input\; with --fingerprint where to look (default\: the current directory):"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_explain_defaults_added=0

_shtab_keycatch_fleet_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--state[folder for mirrors, redacted reports and how each repository ended]:DIR:"
  "--jobs[repositories that are scanned at once (default\: one per CPU\; on a cluster all that its workers can do)]:N:"
  "--timeout[stop the scan of a repository that takes longer (default\: 3600)]:SECONDS:"
  "--allow-shallow[scan shallow clones, which have only a part of their history]"
  "--cluster[let the workers of a Dask scheduler clone and scan\: tls\:\/\/HOST\:PORT\; or local\:N, which starts N workers here]:ADDRESS:"
  "--cluster-ca[certificate of the CA of the cluster (default\: that of Dask\'s configuration)]:FILE:_files"
  "--cluster-cert[certificate to show to the cluster (default\: that of Dask\'s configuration)]:FILE:_files"
  "--cluster-key[its private key, if it is in another file]:FILE:_files"
  "--divide-above[let all workers search a share of a repository on their disk that is larger (default\: 2G)]:SIZE:"
  "--allow-tcp[accept tcp\:\/\/ for --cluster\: without encryption, and everyone who reaches the port can run programs]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  "--decode-limit[how large an archive or a member of one may be to be decoded, such as 512M (default\: 64M)\; takes several times as much memory]:SIZE:"
  "*--include-repo[scan only repositories with such a name\: with a slash the pattern is for owner and name, without for the name alone\; may be given more than once]:GLOB:"
  "*--exclude-repo[leave out repositories with such a name\; may be given more than once]:GLOB:"
  "--no-archived[leave out what an organisation has archived\; a key in there may be good as well]"
  "--no-forks[leave out the forks of an organisation, with what was pushed to them alone]"
  "--pushed-since[leave out what an organisation has not changed since 2026-01-31, or for 90d]:DATE:"
  "--forget-unlisted[leave out what an organisation or a directory had in an earlier run and has no more]"
  "*--token-env[variable that has the token for private repositories on that host\; may be given more than once (default\: GH_TOKEN and GITHUB_TOKEN for GitHub, GITLAB_TOKEN for GitLab)]:[HOST=]NAME:"
  "--ca-file[certificates of the CAs to trust (default\: GIT_SSL_CAINFO, or those of the system)]:FILE:_files"
  "--max-clone-size[stop a clone that becomes larger than this, such as 2G (default\: what the disk has)]:SIZE:"
  "--clone-timeout[stop a clone that takes longer (default\: 6 hours, or 5 minutes without any data)]:SECONDS:"
  "--allow-file[accept file\:\/\/ as well]"
  {-f,--format}"[text, json, sarif, github, csv, codequality, gitlab, jsonl, junit, markdown, html (default\: text)]:FORMAT:(text json sarif github csv codequality gitlab jsonl junit markdown html)"
  "*"{-o,--output}"[write the report to FILE\; - is standard output. Without FORMAT\= in the format of --format\; may be given several times]:FORMAT=FILE:"
  "--category[name that keeps this SARIF report apart from others of the same commit in code scanning, such as a part of a monorepo]:NAME:"
  "--fail-on[what gives exit code 1\: a least confidence (low, medium, high) or severity (critical, severity\:high)\; default\: medium]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--show[list findings from this level on, also below --fail-on, as possible credentials]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--exit-zero[exit with 0 even with findings]"
  "--show-secrets[print credentials in full\: be careful where the output ends up]"
  "--color[default\: auto]:color:(auto always never)"
  {-q,--quiet}"[print only findings and errors]"
  {-v,--verbose}"[print every detail]"
  "(*)::files that list sources, one on each line\; directories that hold repositories\; addresses\; or organisations, groups and users as FORGE\+https\:\/\/HOST\/NAME, where FORGE is github, gitlab, gitea, forgejo or bitbucket (default\: those of the last run). \`status\` shows how the repositories of the last run ended:"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_fleet_defaults_added=0

_shtab_keycatch_help_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "(*)::a command, and one of its actions if it has any\; without, all commands are listed:(scan staged commit-msg push receive range ci history fleet baseline respond explain rules doctor install agent agent-hook completion help version)"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_help_defaults_added=0

_shtab_keycatch_history_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "*--branch[only content that commits of this branch added\; may be given more than once]:REV:"
  "--since[only content that commits with a later committer date added]:DATE:"
  "--until[only content that commits with an earlier committer date added]:DATE:"
  "--max-size[skip contents larger than this, such as 10M]:SIZE:"
  "--allow-shallow[scan a shallow clone, which has only a part of its history]"
  "--no-cache[read everything again and keep no record]"
  "--clear-cache[delete the record of earlier scans and exit]"
  "--replacements[write the list for \`git filter-repo --replace-text\` there\: it contains the credentials]:FILE:_files"
  "--verify-removed[check which credentials of this JSON history report are still there\; - is standard input]:REPORT:_files"
  "--keep[keep the mirrors in this directory, and fetch only what is new next time (default\: a private directory, removed at the end)]:DIR:"
  "*--token-env[variable that has the token for private repositories on that host\; may be given more than once (default\: GH_TOKEN and GITHUB_TOKEN for GitHub, GITLAB_TOKEN for GitLab)]:[HOST=]NAME:"
  "--ca-file[certificates of the CAs to trust (default\: GIT_SSL_CAINFO, or those of the system)]:FILE:_files"
  "--max-clone-size[stop a clone that becomes larger than this, such as 2G (default\: what the disk has)]:SIZE:"
  "--clone-timeout[stop a clone that takes longer (default\: 6 hours, or 5 minutes without any data)]:SECONDS:"
  "--allow-file[accept file\:\/\/ as well]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  "--decode-limit[how large an archive or a member of one may be to be decoded, such as 512M (default\: 64M)\; takes several times as much memory]:SIZE:"
  "--jobs[processes (default\: one per CPU)]:N:"
  "--check-liveness[ask AWS (sts\:GetCallerIdentity) whether what is found is live\; needs boto3]"
  "--liveness-endpoint[ask only this STS endpoint]:URL:"
  "*--own-accounts[your own accounts\: findings show whether they belong to one of them]:ID,...:"
  "*--liveness-allow[ask about credentials of these accounts only]:ID,...:"
  "*--liveness-deny[never ask about credentials of these accounts]:ID,...:"
  {-f,--format}"[text, json, sarif, github, csv, codequality, gitlab, jsonl, junit, markdown, html (default\: text)]:FORMAT:(text json sarif github csv codequality gitlab jsonl junit markdown html)"
  "*"{-o,--output}"[write the report to FILE\; - is standard output. Without FORMAT\= in the format of --format\; may be given several times]:FORMAT=FILE:"
  "--category[name that keeps this SARIF report apart from others of the same commit in code scanning, such as a part of a monorepo]:NAME:"
  "--fail-on[what gives exit code 1\: a least confidence (low, medium, high) or severity (critical, severity\:high)\; default\: medium]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--show[list findings from this level on, also below --fail-on, as possible credentials]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--exit-zero[exit with 0 even with findings]"
  "--show-secrets[print credentials in full\: be careful where the output ends up]"
  "--color[default\: auto]:color:(auto always never)"
  {-q,--quiet}"[print only findings and errors]"
  {-v,--verbose}"[print every detail]"
  "(*)::repositories, bare or not, directories that hold some, or addresses of remote ones\: https\:\/\/HOST\/PATH, USER\@HOST\:PATH (default\: the repository around the current directory):_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_history_defaults_added=0

_shtab_keycatch_install_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--global[for all repositories of the user, those that exist and those to come]"
  "--server[write a pre-receive hook into a bare repository that is pushed to]"
  "--hooks[only these of pre-commit, pre-merge-commit, commit-msg, pre-push (default\: all but commit-msg)]:NAME:(pre-commit pre-merge-commit commit-msg pre-push)"
  "--force[also where hooks are tracked by git, or looked after by another tool]"
  "--undo[take the hooks out and put back what was there]"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_install_defaults_added=0

_shtab_keycatch_push_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  "--decode-limit[how large an archive or a member of one may be to be decoded, such as 512M (default\: 64M)\; takes several times as much memory]:SIZE:"
  "--jobs[processes (default\: one per CPU)]:N:"
  "--check-liveness[ask AWS (sts\:GetCallerIdentity) whether what is found is live\; needs boto3]"
  "--liveness-endpoint[ask only this STS endpoint]:URL:"
  "*--own-accounts[your own accounts\: findings show whether they belong to one of them]:ID,...:"
  "*--liveness-allow[ask about credentials of these accounts only]:ID,...:"
  "*--liveness-deny[never ask about credentials of these accounts]:ID,...:"
  {-f,--format}"[text, json, sarif, github, csv, codequality, gitlab, jsonl, junit, markdown, html (default\: text)]:FORMAT:(text json sarif github csv codequality gitlab jsonl junit markdown html)"
  "*"{-o,--output}"[write the report to FILE\; - is standard output. Without FORMAT\= in the format of --format\; may be given several times]:FORMAT=FILE:"
  "--category[name that keeps this SARIF report apart from others of the same commit in code scanning, such as a part of a monorepo]:NAME:"
  "--fail-on[what gives exit code 1\: a least confidence (low, medium, high) or severity (critical, severity\:high)\; default\: medium]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--show[list findings from this level on, also below --fail-on, as possible credentials]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--exit-zero[exit with 0 even with findings]"
  "--show-secrets[print credentials in full\: be careful where the output ends up]"
  "--color[default\: auto]:color:(auto always never)"
  {-q,--quiet}"[print only findings and errors]"
  {-v,--verbose}"[print every detail]"
  ":its name:"
  ":its address:"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_push_defaults_added=0

_shtab_keycatch_range_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--strict[fail where the change adds a mark, such as keycatch\:allow, that allows a finding]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  "--decode-limit[how large an archive or a member of one may be to be decoded, such as 512M (default\: 64M)\; takes several times as much memory]:SIZE:"
  "--jobs[processes (default\: one per CPU)]:N:"
  "--check-liveness[ask AWS (sts\:GetCallerIdentity) whether what is found is live\; needs boto3]"
  "--liveness-endpoint[ask only this STS endpoint]:URL:"
  "*--own-accounts[your own accounts\: findings show whether they belong to one of them]:ID,...:"
  "*--liveness-allow[ask about credentials of these accounts only]:ID,...:"
  "*--liveness-deny[never ask about credentials of these accounts]:ID,...:"
  {-f,--format}"[text, json, sarif, github, csv, codequality, gitlab, jsonl, junit, markdown, html (default\: text)]:FORMAT:(text json sarif github csv codequality gitlab jsonl junit markdown html)"
  "*"{-o,--output}"[write the report to FILE\; - is standard output. Without FORMAT\= in the format of --format\; may be given several times]:FORMAT=FILE:"
  "--category[name that keeps this SARIF report apart from others of the same commit in code scanning, such as a part of a monorepo]:NAME:"
  "--fail-on[what gives exit code 1\: a least confidence (low, medium, high) or severity (critical, severity\:high)\; default\: medium]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--show[list findings from this level on, also below --fail-on, as possible credentials]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--exit-zero[exit with 0 even with findings]"
  "--show-secrets[print credentials in full\: be careful where the output ends up]"
  "--color[default\: auto]:color:(auto always never)"
  {-q,--quiet}"[print only findings and errors]"
  {-v,--verbose}"[print every detail]"
  ":A..B\: the commits in B that are not in A. A...B\: those since B left A, as in git diff. A alone\: A..HEAD. A\^\!\: the commit A only:"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_range_defaults_added=0

_shtab_keycatch_receive_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--time-limit[how long a scan may take (default\: 60\; 0 for no limit)]:SECONDS:"
  "--on-time-limit[what to do with a push if the scan takes longer (default\: reject)]:on_time_limit:(reject accept)"
  "--allow-push-option[accept every push with the push option NAME (default\: no such option)]:NAME:"
  "--trial[report only\: accept every push, even if it could not be scanned]"
  "--contact[who to ask when a scan fails (default\: the administrator of this server)]:WHOM:"
  "--strict[fail where the change adds a mark, such as keycatch\:allow, that allows a finding]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  "--decode-limit[how large an archive or a member of one may be to be decoded, such as 512M (default\: 64M)\; takes several times as much memory]:SIZE:"
  "--jobs[processes (default\: one per CPU)]:N:"
  "--check-liveness[ask AWS (sts\:GetCallerIdentity) whether what is found is live\; needs boto3]"
  "--liveness-endpoint[ask only this STS endpoint]:URL:"
  "*--own-accounts[your own accounts\: findings show whether they belong to one of them]:ID,...:"
  "*--liveness-allow[ask about credentials of these accounts only]:ID,...:"
  "*--liveness-deny[never ask about credentials of these accounts]:ID,...:"
  {-f,--format}"[text, json, sarif, github, csv, codequality, gitlab, jsonl, junit, markdown, html (default\: text)]:FORMAT:(text json sarif github csv codequality gitlab jsonl junit markdown html)"
  "*"{-o,--output}"[write the report to FILE\; - is standard output. Without FORMAT\= in the format of --format\; may be given several times]:FORMAT=FILE:"
  "--category[name that keeps this SARIF report apart from others of the same commit in code scanning, such as a part of a monorepo]:NAME:"
  "--fail-on[what gives exit code 1\: a least confidence (low, medium, high) or severity (critical, severity\:high)\; default\: medium]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--show[list findings from this level on, also below --fail-on, as possible credentials]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--exit-zero[exit with 0 even with findings]"
  "--show-secrets[print credentials in full\: be careful where the output ends up]"
  "--color[default\: auto]:color:(auto always never)"
  {-q,--quiet}"[print only findings and errors]"
  {-v,--verbose}"[print every detail]"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_receive_defaults_added=0

_shtab_keycatch_respond_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--format[default\: text]:format:(text markdown json html)"
  "--output[write the plan to this file]:FILE:_files"
  "--color[default\: auto]:color:(auto always never)"
  "--min-confidence[leave out findings below this confidence and count them (default\: medium)]:min_confidence:(low medium high)"
  {-q,--quiet}"[print the plan and errors only]"
  "--check-liveness[find the credentials in the source again and ask AWS (sts\:GetCallerIdentity) whether they are live now\; needs boto3]"
  "--liveness-endpoint[ask only this STS endpoint]:URL:"
  "*--own-accounts[your own accounts\: findings show whether they belong to one of them]:ID,...:"
  "*--liveness-allow[ask about credentials of these accounts only]:ID,...:"
  "*--liveness-deny[never ask about credentials of these accounts]:ID,...:"
  "*--source[where the report was made, for --check-liveness (default\: the current directory)\; may be given more than once, for example for each repository]:DIR:"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  ":a report written with --format json\; - is standard input:_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_respond_defaults_added=0

_shtab_keycatch_rules_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_rules_defaults_added=0

_shtab_keycatch_rules_example_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "*--rules[your own rule file\; may be given more than once]:FILE:_files"
  ":the ID of the rule:"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_rules_example_defaults_added=0

_shtab_keycatch_rules_list_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "*--rules[your own rule file\; may be given more than once]:FILE:_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_rules_list_defaults_added=0

_shtab_keycatch_rules_show_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--yaml[print the rule file]"
  "*--rules[your own rule file\; may be given more than once]:FILE:_files"
  ":the ID of the rule:"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_rules_show_defaults_added=0

_shtab_keycatch_rules_test_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "(*)::your own rule files:_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_rules_test_defaults_added=0

_shtab_keycatch_scan_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--no-ignore[also read files that git ignores, such as .env files]"
  "--allow-empty[exit with 0 if there are no files (otherwise that is an error)]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  "--decode-limit[how large an archive or a member of one may be to be decoded, such as 512M (default\: 64M)\; takes several times as much memory]:SIZE:"
  "--jobs[processes (default\: one per CPU)]:N:"
  "--check-liveness[ask AWS (sts\:GetCallerIdentity) whether what is found is live\; needs boto3]"
  "--liveness-endpoint[ask only this STS endpoint]:URL:"
  "*--own-accounts[your own accounts\: findings show whether they belong to one of them]:ID,...:"
  "*--liveness-allow[ask about credentials of these accounts only]:ID,...:"
  "*--liveness-deny[never ask about credentials of these accounts]:ID,...:"
  {-f,--format}"[text, json, sarif, github, csv, codequality, gitlab, jsonl, junit, markdown, html (default\: text)]:FORMAT:(text json sarif github csv codequality gitlab jsonl junit markdown html)"
  "*"{-o,--output}"[write the report to FILE\; - is standard output. Without FORMAT\= in the format of --format\; may be given several times]:FORMAT=FILE:"
  "--category[name that keeps this SARIF report apart from others of the same commit in code scanning, such as a part of a monorepo]:NAME:"
  "--fail-on[what gives exit code 1\: a least confidence (low, medium, high) or severity (critical, severity\:high)\; default\: medium]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--show[list findings from this level on, also below --fail-on, as possible credentials]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--exit-zero[exit with 0 even with findings]"
  "--show-secrets[print credentials in full\: be careful where the output ends up]"
  "--color[default\: auto]:color:(auto always never)"
  {-q,--quiet}"[print only findings and errors]"
  {-v,--verbose}"[print every detail]"
  "(*)::files or directories, or - for standard input (default\: the current directory):_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_scan_defaults_added=0

_shtab_keycatch_staged_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  "--config[configuration to use instead of the project\'s]:FILE:_files"
  "--no-config[use no configuration at all]"
  "--no-marks[report findings that a mark on their line, such as keycatch\:allow, would allow]"
  "*--exclude[leave out paths such as \'vendor\/\' or \'\*.lock\', from the root of the project, as well as those of the configuration\; may be given more than once]:GLOB:"
  "*--disable[leave out a rule, as well as those of the configuration\; may be given more than once]:RULE:"
  "--baseline[file of known credentials that are not reported (default\: .keycatch-baseline at the root of the project, if it is there)]:FILE:_files"
  "--no-baseline[report known credentials as well]"
  "--decode-limit[how large an archive or a member of one may be to be decoded, such as 512M (default\: 64M)\; takes several times as much memory]:SIZE:"
  "--jobs[processes (default\: one per CPU)]:N:"
  "--check-liveness[ask AWS (sts\:GetCallerIdentity) whether what is found is live\; needs boto3]"
  "--liveness-endpoint[ask only this STS endpoint]:URL:"
  "*--own-accounts[your own accounts\: findings show whether they belong to one of them]:ID,...:"
  "*--liveness-allow[ask about credentials of these accounts only]:ID,...:"
  "*--liveness-deny[never ask about credentials of these accounts]:ID,...:"
  {-f,--format}"[text, json, sarif, github, csv, codequality, gitlab, jsonl, junit, markdown, html (default\: text)]:FORMAT:(text json sarif github csv codequality gitlab jsonl junit markdown html)"
  "*"{-o,--output}"[write the report to FILE\; - is standard output. Without FORMAT\= in the format of --format\; may be given several times]:FORMAT=FILE:"
  "--category[name that keeps this SARIF report apart from others of the same commit in code scanning, such as a part of a monorepo]:NAME:"
  "--fail-on[what gives exit code 1\: a least confidence (low, medium, high) or severity (critical, severity\:high)\; default\: medium]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--show[list findings from this level on, also below --fail-on, as possible credentials]:LEVEL:(low medium high severity\:low severity\:medium severity\:high critical confidence\:low confidence\:medium confidence\:high severity\:critical)"
  "--exit-zero[exit with 0 even with findings]"
  "--show-secrets[print credentials in full\: be careful where the output ends up]"
  "--color[default\: auto]:color:(auto always never)"
  {-q,--quiet}"[print only findings and errors]"
  {-v,--verbose}"[print every detail]"
  "(*)::names that a framework appends\; all that is staged is read in any case:_files"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_staged_defaults_added=0

_shtab_keycatch_version_options=(
  "(- : *)"{-h,--help}"[show this help message and exit]"
  {-v,--verbose}"[show the versions of Python, git, the system and the libraries as well]"
)

# guard to ensure default positional specs are added only once per session
_shtab_keycatch_version_defaults_added=0


_shtab_keycatch() {
  local context state line curcontext="$curcontext" one_or_more='(*)' remainder='(-)*:' default='*::: :->keycatch'

  # Add default positional/remainder specs only if none exist, and only once per session
  if (( ! _shtab_keycatch_defaults_added )); then
    if (( ${_shtab_keycatch_options[(I)${(q)one_or_more}*]} +          ${_shtab_keycatch_options[(I)${(q)remainder}*]} +          ${_shtab_keycatch_options[(I)${(q)default}]} == 0 )); then
      _shtab_keycatch_options+=(': :_shtab_keycatch_commands' '*::: :->keycatch')
    fi
    _shtab_keycatch_defaults_added=1
  fi
  _arguments -C -s $_shtab_keycatch_options

  case $state in
    keycatch)
      words=($line[1] "${words[@]}")
      (( CURRENT += 1 ))
      curcontext="${curcontext%:*:*}:_shtab_keycatch-$line[1]:"
      case $line[1] in
        agent) _arguments -C -s $_shtab_keycatch_agent_options ;;
        agent-hook) _arguments -C -s $_shtab_keycatch_agent_hook_options ;;
        baseline) _shtab_keycatch_baseline ;;
        ci) _arguments -C -s $_shtab_keycatch_ci_options ;;
        commit-msg) _arguments -C -s $_shtab_keycatch_commit_msg_options ;;
        completion) _arguments -C -s $_shtab_keycatch_completion_options ;;
        doctor) _arguments -C -s $_shtab_keycatch_doctor_options ;;
        explain) _arguments -C -s $_shtab_keycatch_explain_options ;;
        fleet) _arguments -C -s $_shtab_keycatch_fleet_options ;;
        help) _arguments -C -s $_shtab_keycatch_help_options ;;
        history) _arguments -C -s $_shtab_keycatch_history_options ;;
        install) _arguments -C -s $_shtab_keycatch_install_options ;;
        push) _arguments -C -s $_shtab_keycatch_push_options ;;
        range) _arguments -C -s $_shtab_keycatch_range_options ;;
        receive) _arguments -C -s $_shtab_keycatch_receive_options ;;
        respond) _arguments -C -s $_shtab_keycatch_respond_options ;;
        rules) _shtab_keycatch_rules ;;
        scan) _arguments -C -s $_shtab_keycatch_scan_options ;;
        staged) _arguments -C -s $_shtab_keycatch_staged_options ;;
        version) _arguments -C -s $_shtab_keycatch_version_options ;;
      esac
  esac
}

_shtab_keycatch_baseline() {
  local context state line curcontext="$curcontext" one_or_more='(*)' remainder='(-)*:' default='*::: :->baseline'

  # Add default positional/remainder specs only if none exist, and only once per session
  if (( ! _shtab_keycatch_baseline_defaults_added )); then
    if (( ${_shtab_keycatch_baseline_options[(I)${(q)one_or_more}*]} +          ${_shtab_keycatch_baseline_options[(I)${(q)remainder}*]} +          ${_shtab_keycatch_baseline_options[(I)${(q)default}]} == 0 )); then
      _shtab_keycatch_baseline_options+=(': :_shtab_keycatch_baseline_commands' '*::: :->baseline')
    fi
    _shtab_keycatch_baseline_defaults_added=1
  fi
  _arguments -C -s $_shtab_keycatch_baseline_options

  case $state in
    baseline)
      words=($line[1] "${words[@]}")
      (( CURRENT += 1 ))
      curcontext="${curcontext%:*:*}:_shtab_keycatch_baseline-$line[1]:"
      case $line[1] in
        check) _arguments -C -s $_shtab_keycatch_baseline_check_options ;;
        create) _arguments -C -s $_shtab_keycatch_baseline_create_options ;;
        import) _arguments -C -s $_shtab_keycatch_baseline_import_options ;;
        update) _arguments -C -s $_shtab_keycatch_baseline_update_options ;;
      esac
  esac
}

_shtab_keycatch_rules() {
  local context state line curcontext="$curcontext" one_or_more='(*)' remainder='(-)*:' default='*::: :->rules'

  # Add default positional/remainder specs only if none exist, and only once per session
  if (( ! _shtab_keycatch_rules_defaults_added )); then
    if (( ${_shtab_keycatch_rules_options[(I)${(q)one_or_more}*]} +          ${_shtab_keycatch_rules_options[(I)${(q)remainder}*]} +          ${_shtab_keycatch_rules_options[(I)${(q)default}]} == 0 )); then
      _shtab_keycatch_rules_options+=(': :_shtab_keycatch_rules_commands' '*::: :->rules')
    fi
    _shtab_keycatch_rules_defaults_added=1
  fi
  _arguments -C -s $_shtab_keycatch_rules_options

  case $state in
    rules)
      words=($line[1] "${words[@]}")
      (( CURRENT += 1 ))
      curcontext="${curcontext%:*:*}:_shtab_keycatch_rules-$line[1]:"
      case $line[1] in
        example) _arguments -C -s $_shtab_keycatch_rules_example_options ;;
        list) _arguments -C -s $_shtab_keycatch_rules_list_options ;;
        show) _arguments -C -s $_shtab_keycatch_rules_show_options ;;
        test) _arguments -C -s $_shtab_keycatch_rules_test_options ;;
      esac
  esac
}



typeset -A opt_args

if [[ $zsh_eval_context[-1] == eval ]]; then
  # eval/source/. command, register function for later
  compdef _shtab_keycatch -N keycatch
else
  # autoload from fpath, call function directly
  _shtab_keycatch "$@"
fi
