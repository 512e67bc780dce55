# Made by tools/shell_files.py.
# Usage:
# 1) Copy this to somewhere (e.g. ~/.local/share/bash_completion/keycatch).
# 2) Add the following line to your .bashrc:
#    source ~/.local/share/bash_completion/keycatch
# See also: https://github.com/scop/bash-completion/blob/main/doc/configuration.md

_shtab_keycatch_baseline_subparsers=(create update check import)
_shtab_keycatch_rules_subparsers=(list show example test)
_shtab_keycatch_subparsers=(scan staged commit-msg push receive range ci history fleet baseline respond explain rules doctor install agent agent-hook completion help version)

_shtab_keycatch_scan_option_strings=(-h --help --no-ignore --allow-empty --config --no-config --no-marks --exclude --disable --baseline --no-baseline --decode-limit --jobs --check-liveness --liveness-endpoint --own-accounts --liveness-allow --liveness-deny -f --format -o --output --category --fail-on --show --exit-zero --show-secrets --color -q --quiet -v --verbose)
_shtab_keycatch_staged_option_strings=(-h --help --config --no-config --no-marks --exclude --disable --baseline --no-baseline --decode-limit --jobs --check-liveness --liveness-endpoint --own-accounts --liveness-allow --liveness-deny -f --format -o --output --category --fail-on --show --exit-zero --show-secrets --color -q --quiet -v --verbose)
_shtab_keycatch_commit_msg_option_strings=(-h --help --config --no-config --no-marks --exclude --disable --baseline --no-baseline --decode-limit --jobs --check-liveness --liveness-endpoint --own-accounts --liveness-allow --liveness-deny -f --format -o --output --category --fail-on --show --exit-zero --show-secrets --color -q --quiet -v --verbose)
_shtab_keycatch_push_option_strings=(-h --help --config --no-config --no-marks --exclude --disable --baseline --no-baseline --decode-limit --jobs --check-liveness --liveness-endpoint --own-accounts --liveness-allow --liveness-deny -f --format -o --output --category --fail-on --show --exit-zero --show-secrets --color -q --quiet -v --verbose)
_shtab_keycatch_receive_option_strings=(-h --help --time-limit --on-time-limit --allow-push-option --trial --contact --strict --config --no-config --no-marks --exclude --disable --baseline --no-baseline --decode-limit --jobs --check-liveness --liveness-endpoint --own-accounts --liveness-allow --liveness-deny -f --format -o --output --category --fail-on --show --exit-zero --show-secrets --color -q --quiet -v --verbose)
_shtab_keycatch_range_option_strings=(-h --help --strict --config --no-config --no-marks --exclude --disable --baseline --no-baseline --decode-limit --jobs --check-liveness --liveness-endpoint --own-accounts --liveness-allow --liveness-deny -f --format -o --output --category --fail-on --show --exit-zero --show-secrets --color -q --quiet -v --verbose)
_shtab_keycatch_ci_option_strings=(-h --help --base --strict --config --no-config --no-marks --exclude --disable --baseline --no-baseline --decode-limit --jobs --check-liveness --liveness-endpoint --own-accounts --liveness-allow --liveness-deny -f --format -o --output --category --fail-on --show --exit-zero --show-secrets --color -q --quiet -v --verbose)
_shtab_keycatch_history_option_strings=(-h --help --branch --since --until --max-size --allow-shallow --no-cache --clear-cache --replacements --verify-removed --keep --token-env --ca-file --max-clone-size --clone-timeout --allow-file --config --no-config --no-marks --exclude --disable --baseline --no-baseline --decode-limit --jobs --check-liveness --liveness-endpoint --own-accounts --liveness-allow --liveness-deny -f --format -o --output --category --fail-on --show --exit-zero --show-secrets --color -q --quiet -v --verbose)
_shtab_keycatch_fleet_option_strings=(-h --help --state --jobs --timeout --allow-shallow --cluster --cluster-ca --cluster-cert --cluster-key --divide-above --allow-tcp --config --no-config --no-marks --exclude --disable --baseline --no-baseline --decode-limit --include-repo --exclude-repo --no-archived --no-forks --pushed-since --forget-unlisted --token-env --ca-file --max-clone-size --clone-timeout --allow-file -f --format -o --output --category --fail-on --show --exit-zero --show-secrets --color -q --quiet -v --verbose)
_shtab_keycatch_baseline_create_option_strings=(-h --help --baseline --history --config --no-config --no-marks --exclude --disable -q --quiet --force --reason --owner --expires)
_shtab_keycatch_baseline_update_option_strings=(-h --help --baseline --history --config --no-config --no-marks --exclude --disable -q --quiet --prune --reason --owner --expires)
_shtab_keycatch_baseline_check_option_strings=(-h --help --baseline --history --config --no-config --no-marks --exclude --disable -q --quiet --strict)
_shtab_keycatch_baseline_import_option_strings=(-h --help --baseline --history --config --no-config --no-marks --exclude --disable -q --quiet --from --reason --owner --expires)
_shtab_keycatch_baseline_option_strings=(-h --help)
_shtab_keycatch_respond_option_strings=(-h --help --format --output --color --min-confidence -q --quiet --check-liveness --liveness-endpoint --own-accounts --liveness-allow --liveness-deny --source --config --no-config)
_shtab_keycatch_explain_option_strings=(-h --help --fingerprint --format -f --fail-on --config --no-config --no-marks --exclude --disable --baseline --no-baseline)
_shtab_keycatch_rules_list_option_strings=(-h --help --rules)
_shtab_keycatch_rules_show_option_strings=(-h --help --yaml --rules)
_shtab_keycatch_rules_example_option_strings=(-h --help --rules)
_shtab_keycatch_rules_test_option_strings=(-h --help)
_shtab_keycatch_rules_option_strings=(-h --help)
_shtab_keycatch_doctor_option_strings=(-h --help -q --quiet -f --format)
_shtab_keycatch_install_option_strings=(-h --help --global --server --hooks --force --undo)
_shtab_keycatch_agent_option_strings=(-h --help --user --project --print)
_shtab_keycatch_agent_hook_option_strings=(-h --help)
_shtab_keycatch_completion_option_strings=(-h --help)
_shtab_keycatch_help_option_strings=(-h --help)
_shtab_keycatch_version_option_strings=(-h --help -v --verbose)
_shtab_keycatch_option_strings=(-h --help -V --version)

_shtab_keycatch_scan_pos_0_COMPGEN=_shtab_compgen_files
_shtab_keycatch_scan___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_scan___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_staged_pos_0_COMPGEN=_shtab_compgen_files
_shtab_keycatch_staged___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_staged___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_commit_msg_pos_0_COMPGEN=_shtab_compgen_files
_shtab_keycatch_commit_msg___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_commit_msg___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_push___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_push___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_receive___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_receive___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_range___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_range___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_ci___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_ci___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_history_pos_0_COMPGEN=_shtab_compgen_files
_shtab_keycatch_history___replacements_COMPGEN=_shtab_compgen_files
_shtab_keycatch_history___verify_removed_COMPGEN=_shtab_compgen_files
_shtab_keycatch_history___ca_file_COMPGEN=_shtab_compgen_files
_shtab_keycatch_history___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_history___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_fleet___cluster_ca_COMPGEN=_shtab_compgen_files
_shtab_keycatch_fleet___cluster_cert_COMPGEN=_shtab_compgen_files
_shtab_keycatch_fleet___cluster_key_COMPGEN=_shtab_compgen_files
_shtab_keycatch_fleet___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_fleet___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_fleet___ca_file_COMPGEN=_shtab_compgen_files
_shtab_keycatch_baseline_create___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_baseline_create___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_baseline_update___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_baseline_update___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_baseline_check___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_baseline_check___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_baseline_import_pos_0_COMPGEN=_shtab_compgen_files
_shtab_keycatch_baseline_import___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_baseline_import___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_respond_pos_0_COMPGEN=_shtab_compgen_files
_shtab_keycatch_respond___output_COMPGEN=_shtab_compgen_files
_shtab_keycatch_respond___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_explain___config_COMPGEN=_shtab_compgen_files
_shtab_keycatch_explain___baseline_COMPGEN=_shtab_compgen_files
_shtab_keycatch_rules_list___rules_COMPGEN=_shtab_compgen_files
_shtab_keycatch_rules_show___rules_COMPGEN=_shtab_compgen_files
_shtab_keycatch_rules_example___rules_COMPGEN=_shtab_compgen_files
_shtab_keycatch_rules_test_pos_0_COMPGEN=_shtab_compgen_files

_shtab_keycatch_scan__f_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_scan___format_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_scan___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_scan___show_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_scan___color_choices=(auto always never)
_shtab_keycatch_staged__f_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_staged___format_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_staged___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_staged___show_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_staged___color_choices=(auto always never)
_shtab_keycatch_commit_msg__f_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_commit_msg___format_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_commit_msg___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_commit_msg___show_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_commit_msg___color_choices=(auto always never)
_shtab_keycatch_push__f_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_push___format_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_push___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_push___show_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_push___color_choices=(auto always never)
_shtab_keycatch_receive___on_time_limit_choices=(reject accept)
_shtab_keycatch_receive__f_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_receive___format_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_receive___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_receive___show_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_receive___color_choices=(auto always never)
_shtab_keycatch_range__f_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_range___format_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_range___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_range___show_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_range___color_choices=(auto always never)
_shtab_keycatch_ci__f_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_ci___format_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_ci___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_ci___show_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_ci___color_choices=(auto always never)
_shtab_keycatch_history__f_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_history___format_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_history___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_history___show_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_history___color_choices=(auto always never)
_shtab_keycatch_fleet__f_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_fleet___format_choices=(text json sarif github csv codequality gitlab jsonl junit markdown html)
_shtab_keycatch_fleet___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_fleet___show_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_fleet___color_choices=(auto always never)
_shtab_keycatch_baseline_import___from_choices=(betterleaks detect-secrets gitleaks kingfisher secretlint trufflehog)
_shtab_keycatch_baseline_pos_0_choices=(create update check import)
_shtab_keycatch_respond___format_choices=(text markdown json html)
_shtab_keycatch_respond___color_choices=(auto always never)
_shtab_keycatch_respond___min_confidence_choices=(low medium high)
_shtab_keycatch_explain___format_choices=(text json)
_shtab_keycatch_explain__f_choices=(text json)
_shtab_keycatch_explain___fail_on_choices=(low medium high severity:low severity:medium severity:high critical confidence:low confidence:medium confidence:high severity:critical)
_shtab_keycatch_rules_pos_0_choices=(list show example test)
_shtab_keycatch_doctor__f_choices=(text json)
_shtab_keycatch_doctor___format_choices=(text json)
_shtab_keycatch_install___hooks_choices=(pre-commit pre-merge-commit commit-msg pre-push)
_shtab_keycatch_agent_pos_0_choices=(install uninstall status)
_shtab_keycatch_agent_pos_1_choices=(claude codex cursor copilot gemini windsurf)
_shtab_keycatch_agent_hook_pos_0_choices=(claude codex cursor copilot gemini windsurf)
_shtab_keycatch_completion_pos_0_choices=(bash zsh fish)
_shtab_keycatch_help_pos_0_choices=(scan staged commit-msg push receive range ci history fleet baseline respond explain rules doctor install agent agent-hook completion help version)
_shtab_keycatch_pos_0_choices=(scan staged commit-msg push receive range ci history fleet baseline respond explain rules doctor install agent agent-hook completion help version)

_shtab_keycatch_scan_pos_0_nargs='*'
_shtab_keycatch_scan__h_nargs=0
_shtab_keycatch_scan___help_nargs=0
_shtab_keycatch_scan___no_ignore_nargs=0
_shtab_keycatch_scan___allow_empty_nargs=0
_shtab_keycatch_scan___no_config_nargs=0
_shtab_keycatch_scan___no_marks_nargs=0
_shtab_keycatch_scan___no_baseline_nargs=0
_shtab_keycatch_scan___check_liveness_nargs=0
_shtab_keycatch_scan___exit_zero_nargs=0
_shtab_keycatch_scan___show_secrets_nargs=0
_shtab_keycatch_scan__q_nargs=0
_shtab_keycatch_scan___quiet_nargs=0
_shtab_keycatch_scan__v_nargs=0
_shtab_keycatch_scan___verbose_nargs=0
_shtab_keycatch_staged_pos_0_nargs='*'
_shtab_keycatch_staged__h_nargs=0
_shtab_keycatch_staged___help_nargs=0
_shtab_keycatch_staged___no_config_nargs=0
_shtab_keycatch_staged___no_marks_nargs=0
_shtab_keycatch_staged___no_baseline_nargs=0
_shtab_keycatch_staged___check_liveness_nargs=0
_shtab_keycatch_staged___exit_zero_nargs=0
_shtab_keycatch_staged___show_secrets_nargs=0
_shtab_keycatch_staged__q_nargs=0
_shtab_keycatch_staged___quiet_nargs=0
_shtab_keycatch_staged__v_nargs=0
_shtab_keycatch_staged___verbose_nargs=0
_shtab_keycatch_commit_msg__h_nargs=0
_shtab_keycatch_commit_msg___help_nargs=0
_shtab_keycatch_commit_msg___no_config_nargs=0
_shtab_keycatch_commit_msg___no_marks_nargs=0
_shtab_keycatch_commit_msg___no_baseline_nargs=0
_shtab_keycatch_commit_msg___check_liveness_nargs=0
_shtab_keycatch_commit_msg___exit_zero_nargs=0
_shtab_keycatch_commit_msg___show_secrets_nargs=0
_shtab_keycatch_commit_msg__q_nargs=0
_shtab_keycatch_commit_msg___quiet_nargs=0
_shtab_keycatch_commit_msg__v_nargs=0
_shtab_keycatch_commit_msg___verbose_nargs=0
_shtab_keycatch_push__h_nargs=0
_shtab_keycatch_push___help_nargs=0
_shtab_keycatch_push___no_config_nargs=0
_shtab_keycatch_push___no_marks_nargs=0
_shtab_keycatch_push___no_baseline_nargs=0
_shtab_keycatch_push___check_liveness_nargs=0
_shtab_keycatch_push___exit_zero_nargs=0
_shtab_keycatch_push___show_secrets_nargs=0
_shtab_keycatch_push__q_nargs=0
_shtab_keycatch_push___quiet_nargs=0
_shtab_keycatch_push__v_nargs=0
_shtab_keycatch_push___verbose_nargs=0
_shtab_keycatch_receive__h_nargs=0
_shtab_keycatch_receive___help_nargs=0
_shtab_keycatch_receive___trial_nargs=0
_shtab_keycatch_receive___strict_nargs=0
_shtab_keycatch_receive___no_config_nargs=0
_shtab_keycatch_receive___no_marks_nargs=0
_shtab_keycatch_receive___no_baseline_nargs=0
_shtab_keycatch_receive___check_liveness_nargs=0
_shtab_keycatch_receive___exit_zero_nargs=0
_shtab_keycatch_receive___show_secrets_nargs=0
_shtab_keycatch_receive__q_nargs=0
_shtab_keycatch_receive___quiet_nargs=0
_shtab_keycatch_receive__v_nargs=0
_shtab_keycatch_receive___verbose_nargs=0
_shtab_keycatch_range__h_nargs=0
_shtab_keycatch_range___help_nargs=0
_shtab_keycatch_range___strict_nargs=0
_shtab_keycatch_range___no_config_nargs=0
_shtab_keycatch_range___no_marks_nargs=0
_shtab_keycatch_range___no_baseline_nargs=0
_shtab_keycatch_range___check_liveness_nargs=0
_shtab_keycatch_range___exit_zero_nargs=0
_shtab_keycatch_range___show_secrets_nargs=0
_shtab_keycatch_range__q_nargs=0
_shtab_keycatch_range___quiet_nargs=0
_shtab_keycatch_range__v_nargs=0
_shtab_keycatch_range___verbose_nargs=0
_shtab_keycatch_ci__h_nargs=0
_shtab_keycatch_ci___help_nargs=0
_shtab_keycatch_ci___strict_nargs=0
_shtab_keycatch_ci___no_config_nargs=0
_shtab_keycatch_ci___no_marks_nargs=0
_shtab_keycatch_ci___no_baseline_nargs=0
_shtab_keycatch_ci___check_liveness_nargs=0
_shtab_keycatch_ci___exit_zero_nargs=0
_shtab_keycatch_ci___show_secrets_nargs=0
_shtab_keycatch_ci__q_nargs=0
_shtab_keycatch_ci___quiet_nargs=0
_shtab_keycatch_ci__v_nargs=0
_shtab_keycatch_ci___verbose_nargs=0
_shtab_keycatch_history_pos_0_nargs='*'
_shtab_keycatch_history__h_nargs=0
_shtab_keycatch_history___help_nargs=0
_shtab_keycatch_history___allow_shallow_nargs=0
_shtab_keycatch_history___no_cache_nargs=0
_shtab_keycatch_history___clear_cache_nargs=0
_shtab_keycatch_history___allow_file_nargs=0
_shtab_keycatch_history___no_config_nargs=0
_shtab_keycatch_history___no_marks_nargs=0
_shtab_keycatch_history___no_baseline_nargs=0
_shtab_keycatch_history___check_liveness_nargs=0
_shtab_keycatch_history___exit_zero_nargs=0
_shtab_keycatch_history___show_secrets_nargs=0
_shtab_keycatch_history__q_nargs=0
_shtab_keycatch_history___quiet_nargs=0
_shtab_keycatch_history__v_nargs=0
_shtab_keycatch_history___verbose_nargs=0
_shtab_keycatch_fleet_pos_0_nargs='*'
_shtab_keycatch_fleet__h_nargs=0
_shtab_keycatch_fleet___help_nargs=0
_shtab_keycatch_fleet___allow_shallow_nargs=0
_shtab_keycatch_fleet___allow_tcp_nargs=0
_shtab_keycatch_fleet___no_config_nargs=0
_shtab_keycatch_fleet___no_marks_nargs=0
_shtab_keycatch_fleet___no_baseline_nargs=0
_shtab_keycatch_fleet___no_archived_nargs=0
_shtab_keycatch_fleet___no_forks_nargs=0
_shtab_keycatch_fleet___forget_unlisted_nargs=0
_shtab_keycatch_fleet___allow_file_nargs=0
_shtab_keycatch_fleet___exit_zero_nargs=0
_shtab_keycatch_fleet___show_secrets_nargs=0
_shtab_keycatch_fleet__q_nargs=0
_shtab_keycatch_fleet___quiet_nargs=0
_shtab_keycatch_fleet__v_nargs=0
_shtab_keycatch_fleet___verbose_nargs=0
_shtab_keycatch_baseline_create__h_nargs=0
_shtab_keycatch_baseline_create___help_nargs=0
_shtab_keycatch_baseline_create___history_nargs=0
_shtab_keycatch_baseline_create___no_config_nargs=0
_shtab_keycatch_baseline_create___no_marks_nargs=0
_shtab_keycatch_baseline_create__q_nargs=0
_shtab_keycatch_baseline_create___quiet_nargs=0
_shtab_keycatch_baseline_create___force_nargs=0
_shtab_keycatch_baseline_update__h_nargs=0
_shtab_keycatch_baseline_update___help_nargs=0
_shtab_keycatch_baseline_update___history_nargs=0
_shtab_keycatch_baseline_update___no_config_nargs=0
_shtab_keycatch_baseline_update___no_marks_nargs=0
_shtab_keycatch_baseline_update__q_nargs=0
_shtab_keycatch_baseline_update___quiet_nargs=0
_shtab_keycatch_baseline_update___prune_nargs=0
_shtab_keycatch_baseline_check__h_nargs=0
_shtab_keycatch_baseline_check___help_nargs=0
_shtab_keycatch_baseline_check___history_nargs=0
_shtab_keycatch_baseline_check___no_config_nargs=0
_shtab_keycatch_baseline_check___no_marks_nargs=0
_shtab_keycatch_baseline_check__q_nargs=0
_shtab_keycatch_baseline_check___quiet_nargs=0
_shtab_keycatch_baseline_check___strict_nargs=0
_shtab_keycatch_baseline_import__h_nargs=0
_shtab_keycatch_baseline_import___help_nargs=0
_shtab_keycatch_baseline_import___history_nargs=0
_shtab_keycatch_baseline_import___no_config_nargs=0
_shtab_keycatch_baseline_import___no_marks_nargs=0
_shtab_keycatch_baseline_import__q_nargs=0
_shtab_keycatch_baseline_import___quiet_nargs=0
_shtab_keycatch_baseline_pos_0_nargs=A...
_shtab_keycatch_baseline__h_nargs=0
_shtab_keycatch_baseline___help_nargs=0
_shtab_keycatch_respond__h_nargs=0
_shtab_keycatch_respond___help_nargs=0
_shtab_keycatch_respond__q_nargs=0
_shtab_keycatch_respond___quiet_nargs=0
_shtab_keycatch_respond___check_liveness_nargs=0
_shtab_keycatch_respond___no_config_nargs=0
_shtab_keycatch_explain__h_nargs=0
_shtab_keycatch_explain___help_nargs=0
_shtab_keycatch_explain___no_config_nargs=0
_shtab_keycatch_explain___no_marks_nargs=0
_shtab_keycatch_explain___no_baseline_nargs=0
_shtab_keycatch_rules_list__h_nargs=0
_shtab_keycatch_rules_list___help_nargs=0
_shtab_keycatch_rules_show__h_nargs=0
_shtab_keycatch_rules_show___help_nargs=0
_shtab_keycatch_rules_show___yaml_nargs=0
_shtab_keycatch_rules_example__h_nargs=0
_shtab_keycatch_rules_example___help_nargs=0
_shtab_keycatch_rules_test_pos_0_nargs='*'
_shtab_keycatch_rules_test__h_nargs=0
_shtab_keycatch_rules_test___help_nargs=0
_shtab_keycatch_rules_pos_0_nargs=A...
_shtab_keycatch_rules__h_nargs=0
_shtab_keycatch_rules___help_nargs=0
_shtab_keycatch_doctor__h_nargs=0
_shtab_keycatch_doctor___help_nargs=0
_shtab_keycatch_doctor__q_nargs=0
_shtab_keycatch_doctor___quiet_nargs=0
_shtab_keycatch_install__h_nargs=0
_shtab_keycatch_install___help_nargs=0
_shtab_keycatch_install___global_nargs=0
_shtab_keycatch_install___server_nargs=0
_shtab_keycatch_install___hooks_nargs=+
_shtab_keycatch_install___force_nargs=0
_shtab_keycatch_install___undo_nargs=0
_shtab_keycatch_agent_pos_1_nargs='*'
_shtab_keycatch_agent__h_nargs=0
_shtab_keycatch_agent___help_nargs=0
_shtab_keycatch_agent___user_nargs=0
_shtab_keycatch_agent___project_nargs=0
_shtab_keycatch_agent___print_nargs=0
_shtab_keycatch_agent_hook__h_nargs=0
_shtab_keycatch_agent_hook___help_nargs=0
_shtab_keycatch_completion__h_nargs=0
_shtab_keycatch_completion___help_nargs=0
_shtab_keycatch_help_pos_0_nargs='*'
_shtab_keycatch_help__h_nargs=0
_shtab_keycatch_help___help_nargs=0
_shtab_keycatch_version__h_nargs=0
_shtab_keycatch_version___help_nargs=0
_shtab_keycatch_version__v_nargs=0
_shtab_keycatch_version___verbose_nargs=0
_shtab_keycatch_pos_0_nargs=A...
_shtab_keycatch__h_nargs=0
_shtab_keycatch___help_nargs=0
_shtab_keycatch__V_nargs=0
_shtab_keycatch___version_nargs=0


# $1=COMP_WORDS[1]
_shtab_compgen_files() {
  compgen -f -- $1  # files
}

# $1=COMP_WORDS[1]
_shtab_compgen_dirs() {
  compgen -d -- $1  # recurse into subdirs
}

# $1=COMP_WORDS[1]
_shtab_replace_nonword() {
  echo "${1//[^[:word:]]/_}"
}

# set default values (called for the initial parser & any subparsers)
_set_parser_defaults() {
  local subparsers_var="${prefix}_subparsers[@]"
  sub_parsers=${!subparsers_var-}

  local current_option_strings_var="${prefix}_option_strings[@]"
  current_option_strings=${!current_option_strings_var}

  completed_positional_actions=0

  _set_new_action "pos_$completed_positional_actions" true
}

# $1=action identifier
# $2=positional action (bool)
# set all identifiers for an action's parameters
_set_new_action() {
  current_action="${prefix}_$(_shtab_replace_nonword $1)"

  local current_action_compgen_var=${current_action}_COMPGEN
  current_action_compgen="${!current_action_compgen_var-}"

  local current_action_choices_var="${current_action}_choices[@]"
  current_action_choices="${!current_action_choices_var-}"

  local current_action_nargs_var="${current_action}_nargs"
  if [ -n "${!current_action_nargs_var-}" ]; then
    current_action_nargs="${!current_action_nargs_var}"
  else
    current_action_nargs=1
  fi

  current_action_args_start_index=$(( $word_index + 1 - $pos_only ))

  current_action_is_positional=$2
}

# Notes:
# `COMPREPLY`: what will be rendered after completion is triggered
# `completing_word`: currently typed word to generate completions for
# `${!var}`: evaluates the content of `var` and expand its content as a variable
#     hello="world"
#     x="hello"
#     ${!x} -> ${hello} -> "world"
_shtab_keycatch() {
  local completing_word="${COMP_WORDS[COMP_CWORD]}"
  local previous_word="${COMP_WORDS[COMP_CWORD-1]}"
  local completed_positional_actions
  local current_action
  local current_action_args_start_index
  local current_action_choices
  local current_action_compgen
  local current_action_is_positional
  local current_action_nargs
  local current_option_strings
  local sub_parsers
  COMPREPLY=()

  local prefix=_shtab_keycatch
  local word_index=0
  local pos_only=0 # "--" delimiter not encountered yet
  _set_parser_defaults
  word_index=1

  # determine what arguments are appropriate for the current state
  # of the arg parser
  while [ $word_index -ne $COMP_CWORD ]; do
    local this_word="${COMP_WORDS[$word_index]}"

    if [[ $pos_only = 1 || " $this_word " != " -- " ]]; then
      if [[ -n $sub_parsers && " ${sub_parsers[@]} " == *" $this_word "* ]]; then
        # valid subcommand: add it to the prefix & reset the current action
        prefix="${prefix}_$(_shtab_replace_nonword $this_word)"
        _set_parser_defaults
      fi

      if [[ " ${current_option_strings[@]} " == *" $this_word "* ]]; then
        # a new action should be acquired (due to recognised option string or
        # no more input expected from current action);
        # the next positional action can fill in here
        _set_new_action $this_word false
      fi

      if [[ "$current_action_nargs" != "*" ]] && \
         [[ "$current_action_nargs" != "+" ]] && \
         [[ "$current_action_nargs" != "?" ]] && \
         [[ "$current_action_nargs" != *"..." ]] && \
         (( $word_index + 1 - $current_action_args_start_index - $pos_only >= \
            $current_action_nargs )); then
        $current_action_is_positional && let "completed_positional_actions += 1"
        _set_new_action "pos_$completed_positional_actions" true
      fi
    else
      pos_only=1 # "--" delimiter encountered
    fi

    let "word_index+=1"
  done

  # Generate the completions

  COMPREPLY=()
  if [[ $pos_only = 0 && "$completing_word" == -* &&
        ( -z "$current_action_compgen" || "$current_action_is_positional" = true ) ]]; then
    # optional argument started: use option strings
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
      compgen -W "${current_option_strings[*]}" -- "$completing_word")
  elif [[ "$previous_word" =~ ^[0-9\&]*[\<\>]\>?$ ]]; then
    # handle redirection operators
    compopt -o filenames 2>/dev/null || : # bash>=4
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$completing_word")
  else
    # use choices & compgen
    local action_compgen_word="$completing_word"
    # handle tab-completing in the middle of a line (#248 <- #116)
    [[ -n "$current_action_compgen" && "$completing_word" == -* ]] && action_compgen_word=""
    [ -n "$current_action_compgen" ] && {
      [[ "$current_action_compgen" =~ _(file|dir|glob|FILE|DIR|GLOB)|File|Dir|Glob ]] &&
        compopt -o filenames 2>/dev/null || : # bash>=4
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
        "$current_action_compgen" "$action_compgen_word")
    }
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(
      compgen -W "${current_action_choices[*]}" -- "$completing_word")
  fi

  if [[ ${#COMPREPLY[@]} = 0 ]]; then
    # native fallback matches are not necessarily filenames (e.g. variables)
    compopt +o filenames 2>/dev/null || : # bash>=4
  fi

  return 0
}

complete -o bashdefault -F _shtab_keycatch keycatch
