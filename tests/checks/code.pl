#!/usr/bin/perl
# Prints C files as FILE:LINE:TEXT without their comments, for the checks that search code: code.pl [--no-strings] FILE…
# With --no-strings what stands between quotes is taken out too.
use strict;
use warnings;

my $no_strings = @ARGV && $ARGV[0] eq '--no-strings' ? shift : '';

for my $file (@ARGV) {
    open my $in, '<', $file or die "$file: $!\n";
    local $/;
    my $text = <$in>;
    close $in;
    # A comment keeps its line breaks, so that lines keep their numbers. Quotes may hold what looks like a comment.
    $text =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')}{
        defined $1 ? $1 =~ tr/\n//cdr : $no_strings && substr($2, 0, 1) eq '"' ? '""' : $2
    }gesx;
    # The names of included files are quoted, but are no text.
    my $number = 0;
    for my $line (split /\n/, $text) {
        $number++;
        print "$file:$number:$line\n" if $line =~ /\S/;
    }
}
