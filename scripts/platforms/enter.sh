#!/bin/sh
# Runs a program with the files of another system over those of the machine, and with an
# interpreter for programs of another processor. It uses a user and mount namespace of its
# own: nothing outside of it changes, and it ends with the program.
#
#   LAYERS=<folder>:… [INTERPRETER=<qemu> MAGIC=<of binfmt_misc>] enter.sh <program> …
#
# A layer is a folder with usr/lib, and perhaps other folders of usr.
set -eu
if [ "${ENTERED:-}" != yes ]; then
  ENTERED=yes exec unshare --user --map-root-user --mount "$0" "$@"
fi
for folder in lib bin share; do
  lower=
  IFS=:
  for layer in $LAYERS; do
    if [ -d "$layer/usr/$folder" ]; then lower="$lower$layer/usr/$folder:"; fi
  done
  unset IFS
  if [ "$lower" ]; then mount -t overlay overlay -o "ro,lowerdir=$lower/usr/$folder" "/usr/$folder"; fi
done
if [ "${INTERPRETER:-}" ]; then
  mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc
  printf '%s' ":foreign:M::$MAGIC:$INTERPRETER:F" > /proc/sys/fs/binfmt_misc/register
fi
unset ENTERED LAYERS INTERPRETER MAGIC
exec "$@"
