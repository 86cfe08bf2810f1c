import tiny_word

print(tiny_word.word)
