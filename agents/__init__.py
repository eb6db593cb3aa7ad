"""The conversation: role cards, the cast, the chat and its manager, the journal, and the model clients."""
