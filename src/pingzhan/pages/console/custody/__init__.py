"""样本流转: tubes and boxes of a round from the first swab to the result."""
