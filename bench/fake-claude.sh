#!/bin/sh
# A stand-in for the CLI that costs as little as a shell script can. The first line of the prompt says what to do.
[ "$1" = "--version" ] && { echo "0.0.0 (bench)"; exit 0; }
read -r verb count pause
case $verb in
    exit) exit "$count" ;;
    emit) yes 'abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 012345678' | head -c "$count" ;;
    hold) sleep "$count" ;;
    tick) i=0; while [ "$i" -lt "$count" ]; do date +'T %s%N'; sleep "$pause"; i=$((i + 1)); done ;;
    *) echo "unknown verb"; exit 64 ;;
esac
