"""The nouns of chanops: pure values that know no file, network, clock or terminal."""
