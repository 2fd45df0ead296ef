"""The page of a connect link, outside of the sections: whoever follows one need not know the portal."""
