"""A module beside the script: the whole folder is sent, so the script imports it as here."""


def get_alphas() -> list[float]:
    """Return the strengths of regularisation to try: 0.00, 0.05 … 0.95."""
    return [round(0.05 * number, 2) for number in range(20)]
