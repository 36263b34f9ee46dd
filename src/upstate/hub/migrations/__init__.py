"""The steps that make the control tables what the models say."""
