#!/usr/bin/env bash
# Dependencies point one way:
#   platform <- engines,   platform <- *_store,   engines and *_store <- *_rules <- *_api <- features.c <- main.c
# and a feature uses another only through include/<feature>.h, as layers.txt lists.
set -euo pipefail
cd "$(dirname "$0")/../.."

mapfile -t files < <(find app include -name '*.[ch]' | sort)
perl - tests/checks/layers.txt "${files[@]}" <<'PERL'
use strict;
use warnings;

my ($rules, @files) = @ARGV;
my (%uses, %header, %engine, %platform, @faults);

open my $in, '<', $rules or die "$rules: $!\n";
while (my $line = <$in>) {
    $line =~ s/#.*//;
    my @words = split ' ', $line;
    if ($line =~ /^feature (\w+):(.*)/) {
        $uses{$1} = { map { $_ => 1 } split ' ', $2 };
    } elsif ($line =~ /^header (\S+):(.*)/) {
        $header{$1} = { map { $_ => 1 } split ' ', $2 };
    } elsif (@words && $words[0] eq 'engine') {
        $engine{"platform/$_.h"} = 1 for @words[1 .. $#words];
    } elsif (@words && $words[0] eq 'platform') {
        $platform{"engines/$_.h"} = 1 for @words[1 .. $#words];
    } elsif (@words) {
        push @faults, "$rules:$.: not understood";
    }
}
close $in;

# The layer of a file or header inside a feature: higher may include lower.
sub layer {
    my ($name) = @_;
    return $name =~ /_api\.[ch]$/ ? 3 : $name =~ /_command\.[ch]$/ ? 3 : $name =~ /_store\.[ch]$/ ? 1 : 2;
}

sub check_feature {
    my ($place, $file, $feature, $name) = @_;
    return if $name =~ m{^(platform|engines)/};
    (my $other = $name) =~ s/\.h$//;
    my $base = (split m{/}, $file)[-1];
    if (-e "app/$feature/$name") {
        my $above = layer($name) > 1 && $name =~ /_(rules|api)\.h$/;
        push @faults, "$place: a store includes $name, which stands above it" if layer($base) == 1 && $above;
        push @faults, "$place: rules include $name, which stands above them" if layer($base) == 2 && layer($name) == 3;
    } elsif (-e "include/$name") {
        return if $other eq $feature || $uses{$feature}{$other};
        push @faults, "$place: $feature uses $other, which layers.txt does not list";
    } else {
        push @faults, "$place: $name belongs to another folder; use its header in include/";
    }
}

sub check_include {
    my ($place, $file, $name) = @_;
    my ($part) = $file =~ m{^app/(\w+)/};
    if ($file =~ m{^include/}) {
        ($part) = $file =~ m{^include/(platform|engines)/} or return;
    }
    return if !defined $part; # main.c and features.c know everybody
    my $own = $name !~ m{/} && -e "app/$part/$name";
    if ($part eq 'platform') {
        my $known = $own || $platform{$name} || $name =~ m{^platform/|^(errors|permissions)\.def$};
        push @faults, "$place: the platform knows no $name" if !$known;
    } elsif ($part eq 'engines') {
        push @faults, "$place: an engine knows no $name" if !$own && $name !~ m{^engines/} && !$engine{$name};
    } elsif (!exists $uses{$part}) {
        push @faults, "$place: layers.txt has no line for feature $part";
    } else {
        check_feature($place, $file, $part, $name);
    }
}

for my $file (@files) {
    open my $source, '<', $file or die "$file: $!\n";
    while (my $line = <$source>) {
        my $place = "$file:$.";
        if ($line =~ /^\s*#\s*include\s+"([^"]+)"/) {
            check_include($place, $file, $1);
        } elsif ($line =~ /^\s*#\s*include\s+<([^>]+)>/ && $header{$1} && !$header{$1}{$file}) {
            push @faults, "$place: $1 stays in " . join(', ', sort keys %{ $header{$1} });
        }
    }
    close $source;
}

# Features that use each other in a circle cannot be read or removed alone.
sub walk {
    my ($feature, @path) = @_;
    for my $step (@path) {
        if ($step eq $feature) {
            push @faults, "$rules: a circle: " . join(' -> ', @path, $feature);
            return;
        }
    }
    walk($_, @path, $feature) for sort keys %{ $uses{$feature} || {} };
}
walk($_) for sort keys %uses;

my %seen;
print "$_\n" for grep { !$seen{$_}++ } @faults;
exit(@faults ? 1 : 0);
PERL
