"""Count in Russian: what a number does to the word behind it."""

# Small numbers as words, as they stand after «у» and «из».
GENITIVES = (
    *("ноля", "одного", "двух", "трёх", "четырёх", "пяти"),
    *("шести", "семи", "восьми", "девяти", "десяти"),
)


def spell_genitive(count: int) -> str:
    """Spell a small count in the genitive; a larger one stays in digits."""
    return GENITIVES[count] if count < len(GENITIVES) else str(count)


def spell_some(some: int, total: int) -> tuple[str, str]:
    """Spell how many trainings of all, and the others, in the genitive.

    Example:
        >>> spell_some(1, 2)
        ('одного обучения из двух', 'другого')
        >>> spell_some(2, 12)
        ('двух обучений из 12', 'остальных')
    """
    is_one = some % 10 == 1 and some % 100 != 11
    trainings = "обучения" if is_one else "обучений"
    last = "другого" if some == 1 else "оставшегося"
    others = "остальных" if total - some > 1 else last
    return f"{spell_genitive(some)} {trainings} из {spell_genitive(total)}", others
