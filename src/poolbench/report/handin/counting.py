"""Count in Russian: what a number does to the word behind it."""

# Small numbers as words, as they stand after «из»; after «в» all but «одного» are the same.
GENITIVES = (
    *("ноля", "одного", "двух", "трёх", "четырёх", "пяти"),
    *("шести", "семи", "восьми", "девяти", "десяти"),
)


def spell_genitive(count: int) -> str:
    """Spell a small count in the genitive; a larger one stays in digits."""
    return GENITIVES[count] if count < len(GENITIVES) else str(count)


def spell_some(some: int, total: int) -> tuple[str, str]:
    """Spell how many trainings of all, and the others, as they stand after «в».

    Example:
        >>> spell_some(1, 2)
        ('одном обучении из двух', 'другом')
        >>> spell_some(2, 12)
        ('двух обучениях из 12', 'остальных')
    """
    is_one = some % 10 == 1 and some % 100 != 11
    trainings = "обучении" if is_one else "обучениях"
    last = "другом" if some == 1 else "оставшемся"
    others = "остальных" if total - some > 1 else last
    count = "одном" if some == 1 else spell_genitive(some)
    return f"{count} {trainings} из {spell_genitive(total)}", others
