"""The pages: what people at districts and at the state see and press."""
