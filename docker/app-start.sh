#!/bin/sh
# Brings the database up to this version, then becomes the program. A newer database ends the container with a sentence.
set -eu
dabiao migrate
exec dabiao serve
