NAME="http"
def attack(*a): raise SystemExit
