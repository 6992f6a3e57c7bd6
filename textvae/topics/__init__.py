"""Topics: documents as bags of words, one model whose posterior is the recipe's choice, and its reader."""
