"""Text in, text out: the text VAE, its tokens, its decoding and the writer that steers it."""
