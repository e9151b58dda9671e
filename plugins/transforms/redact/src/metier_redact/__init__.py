"""Personal data found in texts and replaced, by placeholders or by consistent surrogates."""
