"""Steps that several playbooks share: each is written once, here."""
