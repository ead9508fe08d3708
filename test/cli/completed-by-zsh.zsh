# Prints what lines are completed with in an interactive zsh. $1: a script to source; the others: lines.
zmodload zsh/zpty
start=$(mktemp) found=$(mktemp)
cat > $start <<END
autoload -U compinit; compinit -D
source $1
# Notes what the completion adds, and says when it is through.
note() {
  compadd() {
    if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "\$@"; return; fi
    local -a words
    builtin compadd -A words "\$@"
    print -rl -- \$words >> $found
  }
  _main_complete
  print -n DO''NE
}
zle -C note complete-word note
bindkey '^I' note
END
shift
zpty z 'TERM=dumb zsh -f -i'
zpty -w z "source $start"
for line in "$@"; do
  print -r -- "= $line" >> $found
  zpty -w -n z "$line"$'\t'
  zpty -r z out '*DONE*'
  zpty -w -n z $'\C-u'
done
zpty -d z
cat $found
rm $found $start
