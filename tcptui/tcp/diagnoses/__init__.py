"""The rules, by the part of a connection's life that they are about; `diagnosis.RULES` lists them."""
